package orders

import (
	"encoding/json"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
)

// scored is the payload of OrderScored when policies wrote the score.
type scored struct {
	order.Scored
	policy.Why
}

// scoreChange raises the score that the policies wrote now; one of an earlier
// step does not count. The event checks its bounds.
func scoreChange(r *store.Record, in flow.PoliciesInput, results []policy.Result, out outcome) (store.Change, error) {
	path, value := "order.attributes."+in.Score.Name, ""
	for _, res := range results {
		for _, a := range res.Actions {
			if a.Set == path {
				value = a.Value
			}
		}
	}
	if value == "" {
		return store.Change{}, fault.New(fault.PolicyNotMet, "no rule of the policies sets the score %q", in.Score.Name).On(r.Status.Order, path).
			Do("Add a rule for such orders, then reprocess").With(policy.Why{Policies: results[:min(len(results), policy.MaxExplained)]})
	}
	number, err := order.Score(value, in.Score.Most)
	if err != nil {
		return store.Change{}, err.On(r.Status.Order, path)
	}
	p := scored{order.Scored{Name: in.Score.Name, Most: in.Score.Most, Value: json.Number(number)}, policy.Why{Policies: results}}
	return store.Change{Outcome: out, Events: []event.Event{{Name: event.OrderScored, Payload: encode(p)}}}, nil
}
