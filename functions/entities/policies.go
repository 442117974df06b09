package entities

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
)

// ApplyPolicies evaluates the execution policies of a validation step.
var ApplyPolicies = fn.Function{
	ID:       "entities/apply-policies",
	Summary:  "Evaluate policies on a record, apply their actions and raise the outcome",
	Input:    flow.PoliciesInput{},
	Result:   flow.StepResult{},
	Failures: append([]fn.Failure{{Code: fault.PolicyNotMet, Meaning: "a critical policy does not hold"}}, changing...),
	Example:  flow.PoliciesInput{StepInput: exampleStep("check"), Entity: "example", Policies: []string{"example@1"}},
	Timeout:  30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		a := policyStep{storeOf(d), registry.New(d.Table).Policies}
		return fn.Task(a.apply)
	},
}

type policyStep struct {
	opened
	published func(ctx context.Context, refs []string) ([]policy.Policy, error)
}

// outcome is kept in the journal, so that a repeated call reports the same.
type outcome struct {
	Failed *fault.Error `json:"failed,omitempty"`
}

func (a policyStep) apply(ctx context.Context, in flow.PoliciesInput) (flow.StepResult, error) {
	if a.err != nil {
		return flow.StepResult{}, a.err
	}
	policies, err := a.published(ctx, in.Policies)
	if err != nil {
		return flow.StepResult{}, err
	}
	res, err := a.Change(ctx, in.Order, in.Key, in.Step, func(r *store.Record) (store.Change, error) {
		if err := store.Alive(r); err != nil {
			return store.Change{}, err
		}
		results, ok := policy.EvaluateAll(policies, r.Look(a.Now()), func(done policy.Action) { r.Entity.Act(&r.Status, done) })
		out, name := outcome{}, in.Raises.Success
		if !ok {
			name = in.Raises.Failure
			out.Failed = policy.NotMet(r.Status.ID, results).Do("Have the document corrected, then reprocess")
		}
		return store.Change{Outcome: out, Events: []event.Event{{Name: name, Payload: encode(policy.Why{Policies: results})}}}, nil
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
	return stepResult(res.Record, in.StepInput, a.Now()), nil
}
