package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// Exceptions of all records are on one list with one route for their answers, so
// the answers of records live here, where the function of the route finds them.

// Alive refuses to go on with a canceled record; the machine catches the code and
// takes its cancellation path.
func Alive(r *Record) error {
	if r.Status.Canceled {
		return fault.New(fault.OrderCanceled, "the record is canceled").On(r.Status.ID, "state")
	}
	return nil
}

// Answer commits the answer to an open exception of a record once and returns the
// one that stands: asking again with the same one is no harm, a person who was
// faster with another one wins. A run that has ended is started anew before the
// exception leaves the list: after a crash in between it is still there, and
// answering it starts the same run.
func (s Store) Answer(ctx context.Context, e exception.Exception, answer flow.Answer, flows registry.Registry, states fn.States) (won flow.Answer, err error) {
	if answer == flow.Cancel {
		_, err := s.Cancel(ctx, e.Order, "cancel/"+e.ID, "exception "+e.ID)
		return answer, err
	}
	id, machine, ended := flow.OfRun(e.Run), "", e.Signal == ""
	if ended {
		if machine, err = flows.Machine(ctx, id); err != nil {
			return answer, err
		}
	}
	res, err := s.Change(ctx, e.Order, "resolve/"+e.ID, e.Step, func(r *Record) (Change, error) {
		if err := Alive(r); err != nil {
			return Change{}, err
		}
		c := Change{Outcome: answer}
		c.Events = []event.Event{{Name: r.Entity.Event(entity.ExceptionResolved), Payload: encode(map[string]string{"exception": e.ID, "answer": string(answer)})}}
		r.Status.OpenExceptions = without(r.Status.OpenExceptions, e.ID)
		if ended {
			if r.Status.Runs == nil {
				r.Status.Runs = map[string]int{}
			}
			r.Status.Runs[id]++
			return c, nil
		}
		done, err := exception.Close(e, string(answer))
		if err != nil {
			return Change{}, err
		}
		r.Status.Waits = without(r.Status.Waits, e.Signal)
		op, err := rendezvous.Answer(e.Order, e.Signal, flow.ExceptionAnswer{Answer: answer}, s.Now())
		c.Ops = append(c.Ops, done, op)
		return c, err
	})
	if err != nil {
		return answer, err
	}
	won = answer
	if err := json.Unmarshal(res.Outcome, &won); err != nil {
		return won, fault.Wrap(err, fault.Internal, "reading the answer to %s", e.ID)
	}
	if !ended {
		return won, nil
	}
	return won, s.restart(ctx, e, won, func() error {
		return flow.Start(ctx, states, machine, e.Order, id, res.Record.Status.Runs[id])
	})
}

// restart starts the next run of a flow whose run has ended, and takes the
// exception off the list, unless both was done.
func (s Store) restart(ctx context.Context, e exception.Exception, won flow.Answer, start func() error) error {
	now, err := exception.Load(ctx, s.Table, e.ID)
	if err != nil || now.State != exception.Open {
		return err
	}
	if err := start(); err != nil {
		return err
	}
	done, err := exception.Close(e, string(won))
	if err != nil {
		return err
	}
	if _, err = s.Table.Write(ctx, done); table.IsConditionFailed(err) {
		return nil // the same answer, given twice at a time
	}
	return err
}

// Cancel cancels a record and answers everything that waits for it, so that a
// machine that holds takes its cancellation path at once. One that runs meets
// Order.Canceled at its next step. The record's exceptions leave the list.
func (s Store) Cancel(ctx context.Context, id, key, reason string) (Record, error) {
	res, err := s.Change(ctx, id, key, "", func(r *Record) (Change, error) {
		if !r.Entity.Cancelable() {
			return Change{}, fault.New(fault.NotTransitable, "a %s cannot be canceled", r.Entity.Title).On(id, "state").Do("Declare a transition by " + r.Entity.Event(entity.Canceled))
		}
		c := Change{Events: []event.Event{{Name: r.Entity.Event(entity.Canceled), Payload: encode(map[string]string{"reason": reason})}}}
		for _, signal := range r.Status.Waits {
			c.Ops = append(c.Ops, rendezvous.Refuse(id, signal, fault.OrderCanceled, "the record was canceled: "+reason, s.Now()))
		}
		for _, open := range r.Status.OpenExceptions {
			e, err := exception.Load(ctx, s.Table, open)
			if err != nil {
				return c, err
			}
			op, err := exception.Close(e, string(flow.Cancel))
			if err != nil {
				return c, err
			}
			c.Ops = append(c.Ops, op)
		}
		r.Status.Waits, r.Status.OpenExceptions = nil, nil
		return c, nil
	})
	return res.Record, err
}

func without(all []string, one string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == one })
}

// encode is for maps of texts, which always encode.
func encode(v map[string]string) json.RawMessage {
	data, _ := json.Marshal(v)
	return data
}
