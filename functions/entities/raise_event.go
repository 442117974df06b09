package entities

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// RaiseEvent raises an event that the record's entity declares. Through the
// entity's transitions it moves the record, and through the journal it goes to
// the bus.
var RaiseEvent = fn.Function{
	ID:       "entities/raise-event",
	Summary:  "Raise an event that the entity declares about a record, with values of its fields",
	Input:    flow.RaiseInput{},
	Result:   flow.StepResult{},
	Failures: append([]fn.Failure{{Code: fault.Invalid, Meaning: "the entity declares no such event"}}, changing...),
	Example:  flow.RaiseInput{StepInput: exampleStep("settled"), Event: "ExampleSettled"},
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.Task(func(ctx context.Context, in flow.RaiseInput) (flow.StepResult, error) { return raiseEvent(ctx, s, in) })
	},
}

func raiseEvent(ctx context.Context, s opened, in flow.RaiseInput) (flow.StepResult, error) {
	return changeStep(ctx, s, in.StepInput, func(r *store.Record) (event.Event, error) {
		if _, ok := r.Entity.Declared(in.Event); !ok {
			return event.Event{}, fault.New(fault.Invalid, "%s declares no event %q that a step can raise", r.Entity.Title, in.Event).On(in.Order, "event")
		}
		payload := map[string]string{}
		for name, raw := range in.Values {
			value, err := valueOf(r.Entity, raw)
			if err != nil {
				return event.Event{}, fault.Wrap(err, fault.Invalid, "reading how to compute %q", name).On(in.Order, "values")
			}
			if text, err := value.Text(r.Look(s.Now())); err == nil { // what has no data is left out
				payload[name] = text
			}
		}
		return event.Event{Name: in.Event, Payload: encode(payload)}, nil
	})
}

// valueOf reads how to compute a value, which the compiler has checked.
func valueOf(e *entity.Entity, raw json.RawMessage) (*policy.Expression, error) {
	p := jsondoc.Parse([]byte(`{"value":` + string(raw) + `}`))
	var value *policy.Expression
	if p.Root != nil {
		value = policy.ParseExpression(p, p.Root.Get("value"), e.ID, e.Custom())
	}
	return value, p.Problems().Err()
}
