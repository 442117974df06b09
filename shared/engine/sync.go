package engine

import (
	"context"
	"time"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// maxNesting bounds Express executions that wait for each other.
const maxNesting = 32

// SyncResult is the answer to StartSyncExecution.
type SyncResult struct {
	Started
	Name            string
	StateMachineARN string
	Input           []byte
	Result
}

// StartSyncExecution runs an Express machine to its end, in memory. A failed
// execution is no error: look at Status. When ctx ends first the execution is
// stopped. A Standard machine is ErrMachineType.
func (e *Engine) StartSyncExecution(ctx context.Context, in StartExecution) (SyncResult, error) {
	if err := e.stopped(); err != nil {
		return SyncResult{}, err
	}
	ended := make(chan SyncResult, 1)
	x, err := e.startSync(in, 0, func(r SyncResult) { ended <- r })
	if err != nil {
		return SyncResult{}, err
	}
	select {
	case r := <-ended:
		return r, nil
	case <-ctx.Done():
		e.abort(x)
		return SyncResult{}, ctx.Err()
	case <-e.ctx.Done():
		return SyncResult{}, fault.New(ErrUnavailable, "the engine is shutting down")
	}
}

// startSync starts an Express execution; done hears its end once.
func (e *Engine) startSync(in StartExecution, depth int, done func(SyncResult)) (*execution, error) {
	x, input, err := e.prepare(in)
	if err != nil {
		return nil, err
	}
	if !x.express {
		return nil, fault.New(ErrMachineType, "'%s' is a Standard machine; only Express machines run synchronously", in.StateMachineARN)
	}
	x.depth = depth
	e.enroll(x)
	x.live.onDone = func(r *Result) {
		done(SyncResult{Started{x.arn, millis(x.birth.Started)}, x.birth.Name, in.StateMachineARN, input.raw, *r})
	}
	e.begin(x, input, nil)
	return x, nil
}

func (e *Engine) abort(x *execution) {
	e.turn(x, nil, func(t *turn) { t.close(executionAborted, "", "", nil) })
}

// performSync runs a nested Express execution for a task. No worker waits for
// it: its end answers the task.
func (e *Engine) performSync(c *call) {
	in := c.start()
	if c.x.depth >= maxNesting {
		e.goOn(c, nil, &TaskError{asl.ErrRuntime, "Express executions are nested too deeply"})
		return
	}
	x, err := e.startSync(in, c.x.depth+1, func(r SyncResult) { e.goOn(c, r.value(), nil) })
	if err != nil {
		e.goOn(c, nil, e.refusal("Sfn", "Sfn", err))
		return
	}
	context.AfterFunc(c.ctx, func() { e.abort(x) })
}

// goOn takes a result outside of a worker.
func (e *Engine) goOn(c *call, result *value, failure *TaskError) {
	if next := e.answered(c, result, failure); next != nil {
		e.pool.submit(next)
	}
}

// value is the result as the SDK integration returns it.
func (r SyncResult) value() *value {
	o := jsonata.NewObject()
	o.Set("ExecutionArn", r.ExecutionARN)
	o.Set("Input", string(r.Input))
	o.Set("InputDetails", included())
	o.Set("Name", r.Name)
	if r.Output != nil {
		o.Set("Output", string(r.Output))
		o.Set("OutputDetails", included())
	}
	o.Set("StartDate", r.StartDate.Format(time.RFC3339Nano))
	o.Set("StateMachineArn", r.StateMachineARN)
	o.Set("Status", string(r.Status))
	o.Set("StopDate", millis(r.Stopped).Format(time.RFC3339Nano))
	if r.Error != "" {
		o.Set("Error", r.Error)
	}
	if r.Cause != "" {
		o.Set("Cause", r.Cause)
	}
	return newValue(o)
}

func included() *jsonata.Object {
	o := jsonata.NewObject()
	o.Set("Included", true)
	return o
}

// StopDate is when it ended.
func (r *Result) StopDate() time.Time { return millis(r.Stopped) }
