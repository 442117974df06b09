package engine

import (
	"fmt"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// perform makes the invocation and brings its result back. It returns the next
// invocation when it knows one: the worker has what that needs in its cache.
func (e *Engine) perform(c *call) (next *call) {
	if c.do != nil {
		c.do()
		return nil
	}
	if c.ctx.Err() != nil {
		return nil
	}
	if c.state.Resource.Service == asl.StartSyncExecution {
		e.performSync(c)
		return nil
	}
	begin := e.stats.now()
	result, failure := e.service(c)
	e.stats.handlers.Add(e.stats.now() - begin)
	return e.answered(c, result, failure)
}

// service calls what the task's resource names.
func (e *Engine) service(c *call) (*value, *TaskError) {
	switch c.state.Resource.Service {
	case asl.LambdaFunction:
		return e.lambda(c, c.state.Resource.Function, c.args.json())
	case asl.LambdaInvoke:
		return e.lambdaInvoke(c)
	case asl.PutEvents:
		return e.putEvents(c)
	case asl.SendMessage:
		return e.sendMessage(c)
	case asl.StartExecution:
		return e.startNested(c)
	}
	return nil, &TaskError{asl.ErrRuntime, "the engine cannot call " + c.state.Resource.ARN}
}

func (e *Engine) lambda(c *call, function string, payload []byte) (*value, *TaskError) {
	if e.opts.InvokeLambda == nil {
		return nil, &TaskError{asl.ErrRuntime, "this engine has no functions"}
	}
	raw, failure := e.opts.InvokeLambda(c.ctx, function, payload)
	if failure != nil {
		return nil, failure
	}
	if len(raw) == 0 {
		raw = []byte("null")
	}
	v, err := jsonata.Decode(raw)
	if err != nil {
		return nil, &TaskError{asl.ErrRuntime, fmt.Sprintf("the function %s did not return JSON: %v", function, err)}
	}
	return bothValue(v, raw), nil
}

func (e *Engine) lambdaInvoke(c *call) (*value, *TaskError) {
	args := c.object()
	function := args.text("FunctionName")
	if function == "" {
		return nil, &TaskError{asl.ErrRuntime, "Arguments has no FunctionName"}
	}
	if q := args.text("Qualifier"); q != "" {
		function += ":" + q
	}
	payload := []byte("{}")
	if p, ok := args.get("Payload"); ok {
		payload = newValue(p).json()
	}
	result, failure := e.lambda(c, function, payload)
	if failure != nil {
		return nil, failure
	}
	o := jsonata.NewObject()
	o.Set("ExecutedVersion", "$LATEST")
	o.Set("Payload", result.v)
	o.Set("StatusCode", 200.0)
	if c.x.express {
		return &value{v: o, has: true, most: len(result.raw) + 64}, nil // no log to write it to
	}
	if len(result.raw) >= 1000 && jsonata.EncodedSize(o) >= jsonata.TooDeep { // the envelope is one level more
		return nil, &TaskError{asl.ErrRuntime, "the result of " + function + " is nested too deeply"}
	}
	raw := append(append([]byte(`{"ExecutedVersion":"$LATEST","Payload":`), result.raw...), `,"StatusCode":200}`...)
	return bothValue(o, raw), nil
}

func (e *Engine) putEvents(c *call) (*value, *TaskError) {
	if e.opts.PutEvents == nil {
		return nil, &TaskError{asl.ErrRuntime, "this engine has no event bus"}
	}
	raw, failure := e.opts.PutEvents(c.ctx, c.args.json())
	if failure != nil {
		return nil, failure
	}
	v, err := jsonata.Decode(raw)
	if err != nil {
		return nil, &TaskError{asl.ErrRuntime, "the event bus did not return JSON"}
	}
	if o, ok := v.(*jsonata.Object); ok {
		if n, _ := o.Get("FailedEntryCount"); n != nil && n != 0.0 {
			return nil, &TaskError{"EventBridge.FailedEntry", string(raw)}
		}
	}
	return bothValue(v, raw), nil
}

func (e *Engine) sendMessage(c *call) (*value, *TaskError) {
	if e.opts.SendMessage == nil {
		return nil, &TaskError{asl.ErrRuntime, "this engine has no queue " + c.object().text("QueueUrl")}
	}
	raw, failure := e.opts.SendMessage(c.ctx, c.args.json())
	if failure != nil {
		return nil, failure
	}
	v, err := jsonata.Decode(raw)
	if err != nil {
		return nil, &TaskError{asl.ErrRuntime, "the queue did not return JSON"}
	}
	return bothValue(v, raw), nil
}

// start reads the arguments of startExecution and startSyncExecution; Input is
// a JSON value or a string that holds one.
func (c *call) start() StartExecution {
	args := c.object()
	s := StartExecution{StateMachineARN: args.text("StateMachineArn"), Name: args.text("Name"), Input: []byte("{}")}
	if in, ok := args.get("Input"); ok {
		if text, isText := in.(string); isText {
			s.Input = []byte(text)
		} else {
			s.Input = newValue(in).json()
		}
	}
	return s
}

// arguments reads fields of a task's arguments.
type arguments struct{ o *jsonata.Object }

func (c *call) object() arguments {
	o, ok := c.args.v.(*jsonata.Object)
	if !ok {
		o = jsonata.NewObject()
	}
	return arguments{o}
}

func (a arguments) get(key string) (any, bool) { return a.o.Get(key) }

func (a arguments) text(key string) string {
	v, _ := a.o.Get(key)
	s, _ := v.(string)
	return s
}
