package orders

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
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

// why explains an event by the policies that led to it.
type why struct {
	Policies []policy.Result `json:"policies"`
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
	results, ok := evaluate(policies, policy.OrderRecord(&r.Document, &r.Status, a.store.Now()), func(done policy.Action) { act(r, "", done) })
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
	return store.Change{Outcome: out, Events: []event.Event{{Name: name, Payload: encode(why{results})}}}, nil
}

// lineChange raises the outcome on each line and, in sum, on the order.
func (a policyStep) lineChange(r *store.Record, in flow.PoliciesInput, policies []policy.Policy) store.Change {
	var c store.Change
	var failed []policy.Result
	for i := range r.Document.Lines {
		id := r.Document.Lines[i].ID
		results, ok := evaluate(policies, policy.LineRecord(&r.Document, &r.Status, id, a.store.Now()), func(done policy.Action) { act(r, id, done) })
		e := event.Event{Name: in.Raises.Success, EntityID: id}
		if !ok {
			e.Name, e.Payload = in.Raises.Failure, encode(why{results})
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

// evaluate reports whether all critical policies hold. Policies are evaluated
// in the order of the step, each on the record with what the ones before it
// did; all are, so that a person sees all that is wrong.
func evaluate(policies []policy.Policy, record policy.Record, do func(policy.Action)) ([]policy.Result, bool) {
	ok := true
	results := make([]policy.Result, len(policies))
	for i, p := range policies {
		results[i] = policy.Evaluate(p, record)
		ok = ok && (results[i].Holds || p.Criticality != policy.Critical) && holdReason(results[i]) == ""
		for _, a := range results[i].Actions {
			do(a)
		}
	}
	return results, ok
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

// holdReason: a policy that places a hold stops the order like a critical one;
// the person who skips the step releases it.
func holdReason(res policy.Result) string {
	for _, a := range res.Actions {
		if a.Hold != "" {
			return a.Hold
		}
	}
	return ""
}

// notMet says in one sentence which policies stop the order.
func notMet(r *store.Record, results []policy.Result) *fault.Error {
	var stops []policy.Result
	var reasons []string
	for _, res := range results {
		reason := holdReason(res)
		if reason == "" && !res.Holds && res.Criticality == policy.Critical {
			reason = "policy \"" + res.Title + "\" does not hold"
			if len(res.Ambiguous) > 0 {
				reason += ": only one of its rules may be met, not " + strings.Join(res.Ambiguous, " and ")
			}
		}
		if reason == "" {
			continue
		}
		stops = append(stops, res)
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	f := fault.New(fault.PolicyNotMet, "%s", strings.Join(reasons, "; ")).On(r.Status.Order, field(stops))
	return f.Do("Correct the order, then reprocess").With(why{stops[:min(len(stops), maxExplained)]})
}

// maxExplained bounds how many results a failure carries: it travels through
// the machine, whose states take 256 KiB. The events of the lines carry all.
const maxExplained = 50

// field is the first field that was not as expected.
func field(results []policy.Result) string {
	for _, res := range results {
		for _, rule := range res.Rules {
			for _, row := range rule.Rows {
				if !row.Outcome {
					return row.Field
				}
			}
		}
	}
	return ""
}
