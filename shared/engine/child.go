package engine

import (
	"errors"
	"slices"
	"strconv"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// A task with states:startExecution.sync starts an execution and waits for its
// end. What must survive is in the two histories: the child's birth names the
// task, the task's TaskSubmitted event names the child. The watch in between is
// in memory and set up anew after a crash. The child lives no longer than the
// task waits: when that is aborted or times out the child is stopped.

// id names the attempt of a task.
func (c *call) id() string { return c.x.arn + "#" + strconv.FormatInt(c.event, 10) }

// startNested starts an execution. Without a name it gets one that a second
// attempt after a crash repeats.
func (e *Engine) startNested(c *call) (*value, *TaskError) {
	start := c.start()
	if start.Name == "" {
		start.Name = strconv.FormatUint(c.x.seq, 36) + "-" + strconv.FormatInt(c.event, 10) + "-" + strconv.FormatInt(c.x.birth.Started, 36)
	}
	if c.state.Resource.Sync {
		t, err := e.resolve(start.StateMachineARN)
		if err == nil && t.rec.Type == Express {
			err = fault.New(ErrMachineType, "This operation is not supported by this type of state machine")
		}
		if err != nil {
			return nil, e.refusal("StepFunctions", "AWSStepFunctions", err)
		}
	}
	started, err := e.startFor(c.ctx, start, c.id(), c.state.Resource.Sync)
	if err != nil {
		return nil, e.refusal("StepFunctions", "AWSStepFunctions", err)
	}
	c.child = started.ExecutionARN
	o := jsonata.NewObject()
	o.Set("ExecutionArn", started.ExecutionARN)
	o.Set("StartDate", started.StartDate.Format(timeFormat))
	return newValue(o), nil
}

// refusal is an error of a service as a task sees it.
func (e *Engine) refusal(prefix, service string, err error) *TaskError {
	code, message := fault.Code(err), err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		message = f.Message
	}
	return &TaskError{prefix + "." + code + "Exception", message + " (Service: " + service + "; Status Code: 400; Error Code: " + code +
		"; Request ID: " + e.opts.NewID() + "; Proxy: null)"}
}

// background runs work of the engine itself on a worker.
func (e *Engine) background(f func()) { e.pool.submit(&call{do: f}) }

// follow does what the turn wants of other executions, and tells those that
// wait for this one when it has ended.
func (t *turn) follow() {
	for _, th := range t.watch {
		t.e.background(func() {
			t.x.mu.Lock()
			defer t.x.mu.Unlock()
			t.e.watch(t.x, th)
		})
	}
	for _, arn := range t.stops {
		t.e.background(func() { t.e.stop(arn) })
	}
	if t.over {
		for _, f := range t.live.onEnd {
			t.e.background(f)
		}
	}
}

// watch arranges that th hears of the end that it waits for, if it waits for
// one. The caller holds the lock of x.
func (e *Engine) watch(x *execution, th *thread) {
	if th.awaits == "" {
		return
	}
	arn, moves := th.awaits, th.moves
	tell := func() { e.childEnded(x, th, moves, arn) }
	e.background(func() {
		child := e.byARN(arn)
		if child == nil {
			tell()
			return
		}
		child.mu.Lock()
		defer child.mu.Unlock()
		if child.live != nil {
			child.live.onEnd = append(child.live.onEnd, tell)
		} else {
			e.background(tell)
		}
	})
}

// unwatch has the execution stopped that th waits for.
func (t *turn) unwatch(th *thread) {
	if th.awaits != "" {
		t.stops = append(t.stops, th.awaits)
		th.awaits = ""
	}
}

func (e *Engine) stop(arn string) {
	if x := e.byARN(arn); x != nil {
		e.abort(x)
	}
}

// childEnded brings the end of a child to the task that waits for it.
func (e *Engine) childEnded(x *execution, th *thread, moves uint32, arn string) {
	child, err := e.DescribeExecution(e.ctx, arn)
	e.turn(x, nil, func(t *turn) {
		if t.live.thread(th.id) != th || th.moves != moves {
			return
		}
		if err != nil {
			failure := e.refusal("StepFunctions", "AWSStepFunctions", err)
			t.taskFailed(th, failure.Error, failure.Cause)
			return
		}
		result := child.value(th.state.Resource.SyncJSON)
		if child.Status != Succeeded {
			t.taskFailed(th, asl.ErrTaskFailed, string(result.json()))
			return
		}
		t.taskDone(th, result)
	})
}

// value is the description that .sync returns; with whole the input and the
// output are JSON and not texts that hold JSON.
func (x *Execution) value(whole bool) *value {
	o := jsonata.NewObject()
	data := func(key string, raw []byte) {
		if raw == nil {
			return
		}
		if whole {
			o.Set(key, rawValue(raw).get())
		} else {
			o.Set(key, string(raw))
		}
		o.Set(key+"Details", included())
	}
	text := func(key, s string) {
		if s != "" {
			o.Set(key, s)
		}
	}
	text("Cause", x.Cause)
	text("Error", x.Error)
	o.Set("ExecutionArn", x.ARN)
	data("Input", x.Input)
	o.Set("Name", x.Name)
	data("Output", x.Output)
	o.Set("RedriveCount", float64(x.RedriveCount))
	o.Set("RedriveStatus", x.RedriveStatus())
	text("RedriveStatusReason", x.NotRedrivable)
	o.Set("StartDate", float64(x.StartDate.UnixMilli()))
	text("StateMachineAliasArn", x.AliasARN)
	o.Set("StateMachineArn", x.StateMachineARN)
	text("StateMachineVersionArn", x.VersionARN)
	o.Set("Status", string(x.Status))
	o.Set("StopDate", float64(x.StopDate.UnixMilli()))
	return newValue(o)
}

// running are the executions that run.
func (e *Engine) running() []*execution {
	e.mu.RLock()
	all := make([]*execution, 0, len(e.all))
	for _, x := range e.all {
		all = append(all, x)
	}
	e.mu.RUnlock()
	return slices.DeleteFunc(all, func(x *execution) bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		return x.live == nil
	})
}

// stopOrphans stops children whose task was over when the last process ended,
// but which it had no time to stop.
func (e *Engine) stopOrphans(running []*execution) {
	awaited := map[string]bool{} // by ARN, or by the attempt that may be about to start it again
	for _, x := range running {
		x.mu.Lock()
		if x.live != nil {
			walk(x.live.root, func(th *thread) {
				awaited[th.awaits] = true
				if th.phase == onTask {
					awaited[(&call{x: x, event: th.scheduled}).id()] = true
				}
			})
		}
		x.mu.Unlock()
	}
	for _, x := range running {
		if x.birth.Tied && !awaited[x.arn] && !awaited[x.birth.Parent] {
			e.background(func() { e.abort(x) })
		}
	}
}
