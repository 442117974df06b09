package engine

import (
	"context"
	"sync"

	"github.com/orderloom/orderloom/shared/fault"
)

// DeleteStateMachine removes a machine with its versions and aliases. While
// executions of it run it is being deleted: it can be described, but not be
// started, changed or created anew; it goes with the last of them.
func (e *Engine) DeleteStateMachine(_ context.Context, arn string) error {
	if _, qualifier, err := e.splitMachine(arn); err != nil {
		return err
	} else if qualifier != "" {
		return fault.New(ErrValidation, "'%s' is a version or alias, not a state machine", arn)
	}
	err := e.registry.change(arn, func(r *record) (*record, error) {
		if r != nil && !r.Deleting {
			r.Deleting = true
			e.deleting.Add(1)
		}
		return r, nil
	})
	if err != nil {
		return err
	}
	return e.finishDeletion(arn)
}

// finishDeletion removes a machine that is being deleted if nothing runs any more.
func (e *Engine) finishDeletion(arn string) error {
	if e.census.change(arn, 0) > 0 {
		return nil
	}
	return e.registry.change(arn, func(r *record) (*record, error) {
		if r == nil || !r.Deleting {
			return r, nil
		}
		e.deleting.Add(-1)
		return nil, nil
	})
}

// census counts the executions of each machine that run.
type census struct {
	mu      sync.Mutex
	running map[string]int // by the machine's ARN
}

// change adds n and returns how many there are.
func (c *census) change(machine string, n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == nil {
		c.running = map[string]int{}
	}
	now := c.running[machine] + n
	if now == 0 {
		delete(c.running, machine)
	} else {
		c.running[machine] = now
	}
	return now
}

// runs counts x among what runs, or with -1 no more. A machine that is being
// deleted goes with its last execution.
func (e *Engine) runs(x *execution, n int) {
	e.stats.running.Add(int64(n))
	if e.census.change(x.birth.Machine, n) == 0 && e.deleting.Load() > 0 {
		e.background(func() { _ = e.finishDeletion(x.birth.Machine) }) // the next Open tries again
	}
}

// finishDeletions goes on with what the last process had begun.
func (e *Engine) finishDeletions() error {
	var arns []string
	e.registry.mu.RLock()
	for arn, r := range e.registry.machines {
		if r.Deleting {
			arns = append(arns, arn)
		}
	}
	e.registry.mu.RUnlock()
	e.deleting.Add(int64(len(arns)))
	for _, arn := range arns {
		if err := e.finishDeletion(arn); err != nil {
			return err
		}
	}
	return nil
}

func beingDeleted(arn string) error {
	return fault.New(ErrMachineDeleting, "State Machine is being deleted: '%s'", arn)
}
