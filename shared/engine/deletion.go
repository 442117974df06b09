package engine

import (
	"context"

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
	if e.runs(arn) {
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

// runs reports whether executions of a machine run.
func (e *Engine) runs(arn string) bool {
	for _, x := range e.running() {
		if x.birth.Machine == arn {
			return true
		}
	}
	return false
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

// departed hears that an execution has ended.
func (e *Engine) departed(x *execution) {
	if e.deleting.Load() > 0 {
		e.later(func() { _ = e.finishDeletion(x.birth.Machine) }) // the next Open tries again
	}
}

func beingDeleted(arn string) error {
	return fault.New(ErrMachineDeleting, "State Machine is being deleted: '%s'", arn)
}
