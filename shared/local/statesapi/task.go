package statesapi

import "context"

// taskInput is the request of SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat.
type taskInput struct {
	Token  string  `json:"taskToken"`
	Output *string `json:"output"`
	Error  string  `json:"error"`
	Cause  string  `json:"cause"`
}

func (in taskInput) check() error {
	var v violations
	v.need("taskToken", in.Token)
	v.atMost("error", in.Error, 256)
	v.atMost("cause", in.Cause, 32768)
	return v.err()
}

// tasks registers the operations on task tokens.
func (s *service) tasks(ops map[string]operation) {
	ops["SendTaskSuccess"] = op(func(ctx context.Context, in taskInput) (any, error) {
		var v violations
		if v.need("output", value(in.Output), "taskToken", in.Token); v != nil {
			return nil, v.err()
		}
		return empty{}, s.e.SendTaskSuccess(ctx, in.Token, []byte(*in.Output))
	})
	ops["SendTaskFailure"] = op(func(ctx context.Context, in taskInput) (any, error) {
		if err := in.check(); err != nil {
			return nil, err
		}
		return empty{}, s.e.SendTaskFailure(ctx, in.Token, in.Error, in.Cause)
	})
	ops["SendTaskHeartbeat"] = op(func(ctx context.Context, in taskInput) (any, error) {
		if err := in.check(); err != nil {
			return nil, err
		}
		return empty{}, s.e.SendTaskHeartbeat(ctx, in.Token)
	})
}
