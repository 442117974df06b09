package trial

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
)

// run is one order on its way through the draft.
type run struct {
	*draft
	recorded *Recorded
	place    int
	id       string
	units    atomic.Int64  // write units
	shift    time.Duration // from the time of the trial to that of the order
	arn      string        // of its execution, "" when it does not enter

	turn     sync.Mutex // of its functions
	mu       sync.Mutex
	entry    []policy.Result
	seen     map[string]view                // by the key of the call that it follows
	shipped  map[string]flow.ShipmentSignal // the latest of a fulfillment order
	answered map[string]bool                // steps whose exception was answered
	notes    []string
	err      error

	outcome Outcome
}

// try runs orders in one Orderloom until nothing happens any more but waiting
// for people.
func try(ctx context.Context, d *draft, runs []*run) error {
	start := runs[0].recorded.receivedAt()
	s, err := open(ctx, d, start)
	if err != nil {
		return err
	}
	var begun atomic.Int64
	for _, r := range runs {
		r.seen, r.shipped, r.answered = map[string]view{}, map[string]flow.ShipmentSignal{}, map[string]bool{}
		s.runs[r.id] = r
	}
	for _, r := range runs {
		late := r.recorded.receivedAt().Sub(start)
		if !d.timely {
			r.shift, late = late, 0
		}
		s.clock.AfterFunc(late, func() {
			defer begun.Add(1)
			if err := s.begin(ctx, r); err != nil {
				r.fail(err)
			}
		})
	}
	s.drive(ctx, start.Add(horizon), func() bool { return begun.Load() == int64(len(runs)) && s.engine.Stats().Running == 0 })
	err = ctx.Err()
	for _, r := range runs {
		if err == nil {
			err = s.collect(ctx, r)
		}
	}
	return errors.Join(err, s.close())
}

// begin records an order and starts the draft when it enters.
func (s *sandbox) begin(ctx context.Context, r *run) error {
	doc := r.recorded.Document
	if doc.Canceled != nil {
		doc.Canceled = nil
		r.note("the channel canceled the order later; a trial does not repeat that")
	}
	payload, err := json.Marshal(map[string]string{"name": doc.Name, "channel": doc.Channel})
	if err != nil {
		return err
	}
	if _, _, err := s.orders.Create(ctx, r.id, "record/trial", doc, event.Event{Name: event.OrderReceived, Payload: payload}); err != nil {
		return err
	}
	rec, err := s.orders.Load(ctx, r.id)
	if err != nil {
		return err
	}
	enters := true
	for _, p := range s.entry {
		res := policy.Evaluate(p, policy.OrderRecord(&rec.Document, &rec.Status, s.clock.Now()))
		enters = enters && res.Holds
		r.entry = append(r.entry, res)
	}
	if !enters {
		return nil
	}
	_, err = s.orders.Change(ctx, r.id, "start/"+s.Doc.ID, "", func(rec *store.Record) (store.Change, error) {
		rec.Status.Runs = map[string]int{s.Doc.ID: 1}
		return store.Change{Outcome: 1}, nil
	})
	if err != nil {
		return err
	}
	r.arn = s.engine.ARN("execution", stack+"-"+s.Doc.ID, flow.RunName(r.id, s.Doc.ID, 1))
	return flow.Start(ctx, states{s: s}, s.machine, r.id, s.Doc.ID, 1)
}

// note keeps what a reader of the outcome should know.
func (r *run) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, text)
}

// noted keeps why the world outside could not do something.
func (r *run) noted(err error) {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		r.note(f.Message)
	} else if err != nil {
		r.note(err.Error())
	}
}

// fail keeps what went wrong with the trial itself.
func (r *run) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = fault.Wrap(err, fault.Code(err), "trying order %d (%s)", r.place, r.recorded.Document.Name)
	}
}

// first reports whether an exception is the first of its step.
func (r *run) first(step string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	again := r.answered[step]
	r.answered[step] = true
	return !again
}
