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

// RaiseEvent raises an event that is declared beside the catalog. It goes to the
// bus as every event does, through the order's journal.
var RaiseEvent = fn.Function{
	ID:       "orders/raise-event",
	Summary:  "Raise an event of the business's own about an order, with values of its fields",
	Input:    flow.RaiseInput{},
	Result:   flow.StepResult{},
	Failures: stepping,
	Example: flow.RaiseInput{
		StepInput: flow.StepInput{Order: exampleOrder, Run: exampleOrder + "-wholesale-1", Step: "accepted", Key: "accepted#0"},
		Event:     "ResellerOrderAccepted", Values: map[string]json.RawMessage{"total": json.RawMessage(`{"field":"order.totals.total"}`)},
	},
	Timeout: 15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return guarded(d, fn.Task(func(ctx context.Context, in flow.RaiseInput) (flow.StepResult, error) { return raiseEvent(ctx, s, in) }))
	},
}

func raiseEvent(ctx context.Context, s store.Store, in flow.RaiseInput) (flow.StepResult, error) {
	if _, taken := event.Lookup(in.Event); taken || in.Event == "" {
		return flow.StepResult{}, fault.New(fault.Invalid, "a step cannot raise %q", in.Event).On(in.Order, "event").Do("Raise an event that is declared beside the catalog")
	}
	values, err := valuesOf(in)
	if err != nil {
		return flow.StepResult{}, err
	}
	return changeStep(ctx, s, in.StepInput, func(r *store.Record) store.Change {
		record := policy.OrderRecord(&r.Document, &r.Status, s.Now())
		if in.Line != "" {
			record = policy.LineRecord(&r.Document, &r.Status, in.Line, s.Now())
		}
		payload := map[string]string{}
		for name, value := range values {
			if text, err := value.Text(record); err == nil { // what has no data is left out
				payload[name] = text
			}
		}
		return store.Change{Events: []event.Event{{Name: in.Event, Entity: event.Order, Payload: encode(payload)}}}
	})
}

// valuesOf reads how to compute the payload, which the compiler has checked.
func valuesOf(in flow.RaiseInput) (map[string]*policy.Expression, error) {
	of := event.Order
	if in.Line != "" {
		of = event.Line
	}
	all := make(map[string]*policy.Expression, len(in.Values))
	for name, raw := range in.Values {
		p := jsondoc.Parse([]byte(`{"value":` + string(raw) + `}`))
		if p.Root != nil {
			all[name] = policy.ParseExpression(p, p.Root.Get("value"), of)
		}
		if problems := p.Problems(); len(problems) > 0 {
			return nil, fault.Wrap(problems, fault.Invalid, "reading how to compute %q", name).On(in.Order, "values")
		}
	}
	return all, nil
}
