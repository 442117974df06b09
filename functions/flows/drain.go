package flows

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table/stream"
)

const drainEvery = time.Minute

// Drain lets those go on who waited while a flow was paused: steps of running
// orders and orders that wait to enter, each in order, at the rate that the flow
// was resumed with. Taking a share of the rate is a write, whose change invokes
// it again a second later; the schedule looks after what a crash left behind. On
// one machine a stream has no such window: there the rate is kept by the minute.
var Drain = fn.Function{
	ID:      "flows/drain",
	Summary: "Let the orders go on that waited while their flow was paused, in order and at its rate",
	Trigger: fn.Trigger{Stream: true, Schedule: drainEvery},
	Example: json.RawMessage(`{}`),
	Timeout: 5 * time.Minute,
	New: func(d fn.Deps) fn.Handler {
		s := drainer{starterOf(d)}
		return func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
			changes, err := stream.Decode(in)
			if err != nil {
				return nil, err
			}
			if err := s.drainAll(ctx); err != nil {
				d.Log.ErrorContext(ctx, "not everybody goes on; the rest is tried again within a minute", "error", err)
				if len(changes) == 0 {
					return nil, err
				}
			}
			return stream.Failures(in)
		}
	},
}

type drainer struct{ starter }

func (d drainer) drainAll(ctx context.Context) error {
	told, err := steer.All(ctx, d.orders.Table)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range told {
		if c.State != steer.Paused {
			errs = append(errs, d.drain(ctx, c))
		}
	}
	return errors.Join(errs...)
}

// drain lets as many go on as the rate allows.
func (d drainer) drain(ctx context.Context, c steer.Control) error {
	now := d.orders.Now()
	budget := c.Budget(now)
	if budget < 1 {
		return nil
	}
	steps, err := steer.Waiting(ctx, d.orders.Table, c.Flow, budget)
	if err != nil {
		return err
	}
	var queue []steer.Entry
	if c.State != steer.Stopped && len(steps) < budget {
		if queue, err = steer.Queue(ctx, d.orders.Table, c.Flow, budget-len(steps)); err != nil {
			return err
		}
	}
	if len(steps)+len(queue) == 0 {
		return d.drained(ctx, c)
	}
	c.Drained = now
	if _, mine, err := steer.Save(ctx, d.orders.Table, c); err != nil || !mine {
		return err // somebody else took this share, or the flow was told something else
	}
	// A process may remember the pause a little longer, and stop the step again.
	if now.Sub(c.At) < steer.Memory {
		steps = nil
	}
	return errors.Join(d.begin(ctx, steps), d.enter(ctx, c.Flow, queue))
}

// drained moves a flow on of which nobody waits. Who was just being added when
// it was Draining is found when it is Closing.
func (d drainer) drained(ctx context.Context, c steer.Control) error {
	switch c.State {
	case steer.Draining:
		c.State = steer.Closing
	case steer.Closing:
		c.State = steer.Running
	default:
		return nil
	}
	_, _, err := steer.Save(ctx, d.orders.Table, c)
	return err
}

func (d drainer) begin(ctx context.Context, steps []steer.Held) error {
	var errs []error
	for _, h := range steps {
		errs = append(errs, steer.Begin(ctx, d.orders, h))
	}
	return errors.Join(errs...)
}

func (d drainer) enter(ctx context.Context, id string, queue []steer.Entry) error {
	if len(queue) == 0 {
		return nil
	}
	l, err := d.flows.Flow(ctx, id)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range queue {
		_, err := d.run(ctx, l, e.Order)
		if err == nil || fault.Is(err, fault.NotFound) && !d.exists(ctx, e.Order) {
			err = steer.Dequeue(ctx, d.orders.Table, e)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// exists tells an order that is gone from a machine that is not there.
func (d drainer) exists(ctx context.Context, id string) bool {
	_, err := d.orders.Load(ctx, id)
	return !fault.Is(err, fault.NotFound)
}
