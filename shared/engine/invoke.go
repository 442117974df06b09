package engine

import (
	"fmt"
	"strconv"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// perform makes the invocation and brings its result back.
func (e *Engine) perform(c *call) {
	if c.ctx.Err() != nil {
		return
	}
	begin := e.stats.now()
	if c.state.Resource.Service == asl.StartSyncExecution {
		e.performSync(c)
		return
	}
	result, failure := e.service(c)
	e.stats.handlers.Add(e.stats.now() - begin)
	e.answered(c, result, failure)
}

// service calls what the task's resource names.
func (e *Engine) service(c *call) (*value, *TaskError) {
	switch c.state.Resource.Service {
	case asl.LambdaFunction:
		return e.lambda(c, c.state.Resource.Function, c.args.raw)
	case asl.LambdaInvoke:
		return e.lambdaInvoke(c)
	case asl.PutEvents:
		return e.putEvents(c)
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
	raw := append(append([]byte(`{"ExecutedVersion":"$LATEST","Payload":`), result.raw...), `,"StatusCode":200}`...)
	return bothValue(o, raw), nil
}

func (e *Engine) putEvents(c *call) (*value, *TaskError) {
	if e.opts.PutEvents == nil {
		return nil, &TaskError{asl.ErrRuntime, "this engine has no event bus"}
	}
	raw, failure := e.opts.PutEvents(c.ctx, c.args.raw)
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

// startNested starts an execution without waiting for its end. Without a name
// it gets one that a second attempt after a crash repeats.
func (e *Engine) startNested(c *call) (*value, *TaskError) {
	start := c.start()
	if start.Name == "" {
		start.Name = strconv.FormatUint(c.x.seq, 36) + "-" + strconv.FormatInt(c.event, 10) + "-" + strconv.FormatInt(c.x.birth.Started, 36)
	}
	started, err := e.StartExecution(c.ctx, start)
	if err != nil {
		return nil, &TaskError{"StepFunctions." + fault.Code(err) + "Exception", err.Error()}
	}
	o := jsonata.NewObject()
	o.Set("ExecutionArn", started.ExecutionARN)
	o.Set("StartDate", started.StartDate.Format(timeFormat))
	return newValue(o), nil
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
