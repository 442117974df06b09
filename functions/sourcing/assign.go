// Package sourcing chooses which location ships which line. It decides and
// writes nothing: the machine's next state applies the decision.
package sourcing

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
)

// NoLocation is the failure of a line that no policy gives a location.
const NoLocation = "Sourcing.NoLocation"

// Assign gives each shippable line the location that the policies name.
var Assign = fn.Function{
	ID:      "sourcing/assign",
	Summary: "Assign a location to every shippable line by policy",
	Input:   flow.AssignInput{},
	Result:  flow.AssignResult{},
	Failures: []fn.Failure{
		{Code: NoLocation, Meaning: "no assignment policy names a location for a line"},
		{Code: fault.NotFound, Meaning: "no such order or policy"},
		{Code: fault.OrderCanceled, Meaning: "the order was canceled meanwhile"},
		steer.Failure(),
	},
	Example: flow.AssignInput{StepInput: flow.StepInput{
		Order: "ord_01JZZZZZZZZZZZZZZZZZZZZZZZ", Run: "ord_01JZZZZZZZZZZZZZZZZZZZZZZZ-lab-1", Step: "assign", Key: "assign#0",
	}, Policies: []string{"lab-assignment@1"}},
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		a := assigner{store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}, registry.New(d.Table)}
		return steer.NewGate(d).Guard(fn.Task(a.assign), nil)
	},
}

type assigner struct {
	orders   store.Store
	registry registry.Registry
}

func (a assigner) assign(ctx context.Context, in flow.AssignInput) (flow.AssignResult, error) {
	policies, err := a.registry.Policies(ctx, in.Policies)
	if err != nil {
		return flow.AssignResult{}, err
	}
	r, err := a.orders.Load(ctx, in.Order)
	if err != nil {
		return flow.AssignResult{}, err
	}
	if r.Status.State == order.Canceled {
		return flow.AssignResult{}, fault.New(fault.OrderCanceled, "the order is canceled").On(in.Order, "state")
	}
	out := flow.AssignResult{Assignments: []flow.Assignment{}, Goods: r.Status.Goods}
	for _, l := range r.Document.Lines {
		if l.Kind != order.Physical {
			continue
		}
		if kept, ok := promised(r, l); ok {
			out.Assignments = append(out.Assignments, kept)
			continue
		}
		assigned, err := decide(policies, r, l, a.orders.Now())
		if err != nil {
			return flow.AssignResult{}, err
		}
		if len(r.Document.Lines) > maxExplained {
			assigned.Why = nil
		}
		out.Assignments = append(out.Assignments, assigned)
	}
	return out, nil
}

// promised is the location of a line for which stock was reserved, or that the
// location was asked to ship: a flow that is started again does not move it.
func promised(r store.Record, l order.Line) (flow.Assignment, bool) {
	s := r.Status.Line(l.ID)
	if s == nil || s.Location == "" || (s.Reserved == 0 && len(r.Status.FulfillmentOrders) == 0) {
		return flow.Assignment{}, false
	}
	return flow.Assignment{Line: l.ID, SKU: l.SKU, Quantity: l.Quantity, Location: s.Location}, true
}

// maxExplained keeps the decision of a large order within what one state of a
// machine may hand to the next (256 KiB).
const maxExplained = 100

// decide asks the policies in the step's order; the first that names a location
// decides.
func decide(policies []policy.Policy, r store.Record, l order.Line, now time.Time) (flow.Assignment, error) {
	record := policy.LineRecord(&r.Document, &r.Status, l.ID, now)
	var seen []policy.Result
	for _, p := range policies {
		res := policy.Evaluate(p, record)
		seen = append(seen, res)
		for _, action := range res.Actions {
			if action.Set == policy.LinePath {
				why, err := json.Marshal(res)
				if err != nil {
					return flow.Assignment{}, fault.Wrap(err, fault.Internal, "explaining the assignment")
				}
				return flow.Assignment{Line: l.ID, SKU: l.SKU, Quantity: l.Quantity, Location: action.Value, Why: why}, nil
			}
		}
	}
	return flow.Assignment{}, fault.New(NoLocation, "no assignment policy names a location for line %s (%d × %s)", l.ID, l.Quantity, l.SKU).
		On(r.Status.Order, "lines."+l.ID+".location").Do("Extend the assignment policy or correct the order, then reprocess").
		With(map[string]any{"policies": seen})
}
