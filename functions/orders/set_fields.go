package orders

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// SetFields does what a step sets without asking a policy.
var SetFields = fn.Function{
	ID:       "orders/set-fields",
	Summary:  "Set fields and tags of an order, or of each of its lines, to values or copies of other fields",
	Input:    flow.SetInput{},
	Result:   flow.StepResult{},
	Failures: stepping,
	Raises:   []string{event.OrderEnriched},
	Example: flow.SetInput{
		StepInput: flow.StepInput{Order: exampleOrder, Run: exampleOrder + "-wholesale-1", Step: "mark", Key: "mark#0"},
		Entity:    "order", Set: json.RawMessage(`[{"set":"order.priority","value":"10"},{"addTag":"wholesale"}]`),
	},
	Timeout: 15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return guarded(d, fn.Task(func(ctx context.Context, in flow.SetInput) (flow.StepResult, error) { return setFields(ctx, s, in) }))
	},
}

// enriched is the payload of OrderEnriched.
type enriched struct {
	Set []setDone `json:"set"`
}

// setDone says what was set on a record; it is kept in the journal.
type setDone struct {
	Line    string          `json:"line,omitempty"`
	Actions []policy.Action `json:"actions,omitempty"` // with their values
	Skipped []string        `json:"skipped,omitempty"` // why others were not done
}

func setFields(ctx context.Context, s store.Store, in flow.SetInput) (flow.StepResult, error) {
	actions, err := actionsOf(in)
	if err != nil {
		return flow.StepResult{}, err
	}
	return changeStep(ctx, s, in.StepInput, func(r *store.Record) store.Change {
		var did []setDone
		do := func(line string, record policy.Record) {
			done, skipped := policy.Do(actions, record)
			for _, a := range done {
				act(r, line, a)
			}
			did = append(did, setDone{line, done, skipped})
		}
		switch {
		case in.Line != "":
			do(in.Line, policy.LineRecord(&r.Document, &r.Status, in.Line, s.Now()))
		case in.Entity != string(event.Line):
			do("", policy.OrderRecord(&r.Document, &r.Status, s.Now()))
		default:
			for _, l := range r.Document.Lines {
				do(l.ID, policy.LineRecord(&r.Document, &r.Status, l.ID, s.Now()))
			}
		}
		return store.Change{Events: []event.Event{{Name: event.OrderEnriched, Payload: encode(enriched{did})}}}
	})
}

// changeStep changes an order that is not canceled, once for the step's key, and
// answers with the facts that the step is asked for.
func changeStep(ctx context.Context, s store.Store, in flow.StepInput, what func(*store.Record) store.Change) (flow.StepResult, error) {
	res, err := s.Change(ctx, in.Order, in.Key, in.Step, func(r *store.Record) (store.Change, error) {
		if err := alive(r); err != nil {
			return store.Change{}, err
		}
		return what(r), nil
	})
	if err != nil {
		return flow.StepResult{}, err
	}
	return stepResult(res.Record, in, s.Now()), nil
}

// actionsOf reads the actions, which the compiler has checked.
func actionsOf(in flow.SetInput) ([]policy.Action, error) {
	data, err := json.Marshal(map[string]json.RawMessage{"set": in.Set})
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "reading what to set").On(in.Order, "set")
	}
	p := jsondoc.Parse(data)
	var actions []policy.Action
	if p.Root != nil {
		actions = policy.ParseActions(p, p.Root, "set", event.Entity(in.Entity))
	}
	if problems := p.Problems(); len(problems) > 0 {
		return nil, fault.Wrap(problems, fault.Invalid, "reading what to set").On(in.Order, "set")
	}
	return actions, nil
}
