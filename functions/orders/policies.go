package orders

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
)

// ApplyPolicies evaluates the execution policies of a validation step.
var ApplyPolicies = fn.Function{
	ID:       "orders/apply-policies",
	Summary:  "Evaluate policies on an order or on each of its lines, apply their actions and raise the outcome",
	Input:    flow.PoliciesInput{},
	Result:   flow.StepResult{},
	Failures: append([]fn.Failure{{Code: fault.PolicyNotMet, Meaning: "a critical policy does not hold"}}, stepping...),
	Example: flow.PoliciesInput{
		StepInput: flow.StepInput{Order: exampleOrder, Run: exampleOrder + "-lab-1", Step: "validate-header", Key: "validate-header#0"},
		Entity:    "order", Policies: []string{"lab-header@1"}, Raises: flow.Raises{Success: event.OrderHeaderValidated, Failure: event.OrderHeaderValidateFailed},
	},
	Raises:  []string{event.OrderScored}, // and what the input says
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		a := policyStep{storeOf(d), registry.New(d.Table)}
		return guarded(d, fn.Task(a.apply))
	},
}

type policyStep struct {
	store    store.Store
	registry registry.Registry
}

// outcome is kept in the journal, so that a repeated call reports the same.
type outcome struct {
	Failed *fault.Error `json:"failed,omitempty"`
}

func (a policyStep) apply(ctx context.Context, in flow.PoliciesInput) (flow.StepResult, error) {
	policies, err := a.registry.Policies(ctx, in.Policies)
	if err != nil {
		return flow.StepResult{}, err
	}
	res, err := a.store.Change(ctx, in.Order, in.Key, in.Step, func(r *store.Record) (store.Change, error) {
		if err := alive(r); err != nil {
			return store.Change{}, err
		}
		if in.Entity == "line" {
			return a.lineChange(r, in, policies), nil
		}
		return a.headerChange(r, in, policies)
	})
	if err != nil {
		return flow.StepResult{}, err
	}
	var out outcome
	if err := json.Unmarshal(res.Outcome, &out); err != nil {
		return flow.StepResult{}, fault.Wrap(err, fault.Internal, "reading the outcome of %s", in.Key)
	}
	if out.Failed != nil {
		return flow.StepResult{}, out.Failed
	}
	return stepResult(res.Record, in.StepInput, a.store.Now()), nil
}

func (a policyStep) headerChange(r *store.Record, in flow.PoliciesInput, policies []policy.Policy) (store.Change, error) {
	results, ok := policy.EvaluateAll(policies, policy.OrderRecord(&r.Document, &r.Status, a.store.Now()), func(done policy.Action) { act(r, "", done) })
	out, name := outcome{}, in.Raises.Success
	if !ok {
		name = in.Raises.Failure
		out.Failed = notMet(r, results)
	}
	if in.Score != nil {
		if !ok {
			return store.Change{Outcome: out}, nil
		}
		return scoreChange(r, in, results, out)
	}
	return store.Change{Outcome: out, Events: []event.Event{{Name: name, Payload: encode(policy.Why{Policies: results})}}}, nil
}

// lineChange raises the outcome on each line and, in sum, on the order.
func (a policyStep) lineChange(r *store.Record, in flow.PoliciesInput, policies []policy.Policy) store.Change {
	var c store.Change
	var failed []policy.Result
	for i := range r.Document.Lines {
		id := r.Document.Lines[i].ID
		results, ok := policy.EvaluateAll(policies, policy.LineRecord(&r.Document, &r.Status, id, a.store.Now()), func(done policy.Action) { act(r, id, done) })
		e := event.Event{Name: in.Raises.Success, EntityID: id}
		if !ok {
			e.Name, e.Payload = in.Raises.Failure, encode(policy.Why{Policies: results})
			failed = append(failed, results...)
		}
		c.Events = append(c.Events, e)
	}
	sum := event.OrderLinesValidated
	out := outcome{}
	if failed != nil {
		sum = event.OrderLinesValidateFailed
		out.Failed = notMet(r, failed)
	}
	c.Events = append(c.Events, event.Event{Name: sum})
	c.Outcome = out
	return c
}

// act does what a policy asks for on the order, or on the line with that id.
// Lines get their location in the sourcing step.
func act(r *store.Record, line string, a policy.Action) {
	name, attribute := policy.AttributeName(a.Set)
	switch {
	case a.AddTag != "":
		r.Status.AddTag(a.AddTag)
	case attribute:
		r.Status.SetAttribute(line, name, a.Value)
	case a.Set == policy.PriorityPath:
		r.Status.Priority, _ = strconv.Atoi(a.Value) // the policy's parser and evaluation checked it
	}
}

func notMet(r *store.Record, results []policy.Result) *fault.Error {
	return policy.NotMet(r.Status.Order, results).Do("Correct the order, then reprocess")
}
