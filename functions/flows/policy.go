package flows

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/tidwall/sjson"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
)

// PolicyPublication is a version of a policy: a document, or for a roll-back the
// number of the older version whose content it has.
type PolicyPublication struct {
	Policy  json.RawMessage `json:"policy,omitempty"`
	Version int             `json:"version,omitempty"` // rollback: default the one before the newest
	Confirm string          `json:"confirm,omitempty"` // digest of the plan; without it nothing is published
	By      string          `json:"by,omitempty"`
	Comment string          `json:"comment,omitempty"`
}

// PublishPolicy publishes a version of a policy and every live flow of the
// console that uses the one before it, all or nothing, once its plan is confirmed.
var PublishPolicy = fn.Function{
	ID:      "flows/publish-policy",
	Summary: "List the flows that a new version of a policy changes and, when the list is confirmed, publish it with all of them",
	Trigger: fn.Trigger{Routes: []fn.Route{
		{Method: "POST", Path: "/api/policies/{id}/publish"},
		{Method: "POST", Path: "/api/policies/{id}/rollback"},
	}},
	Failures: []fn.Failure{
		{Code: Invalid, Meaning: "the policy, or a flow with it, has problems; all are listed"},
		{Code: fault.Invalid, Meaning: "the request is no publication, of another policy than its path, or not the next version"},
		{Code: fault.NotFound, Meaning: "no such policy or version"},
		{Code: fault.Conflict, Meaning: "the confirmed list is out of date, a flow has a version on trial, or the version exists with other content"},
	},
	Example: fn.ExampleRequest("POST", "/api/policies/not-lab/rollback", map[string]string{"id": "not-lab"}, `{}`),
	Timeout: 60 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		p := publisherOf(d)
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			in, err := fn.Decode[PolicyPublication](req.Body)
			if err != nil {
				return fn.Response{}, err
			}
			if strings.HasSuffix(req.Path, "/rollback") {
				if in.Policy, err = p.olderPolicy(ctx, req.Params["id"], in.Version); err != nil {
					return fn.Response{}, err
				}
			}
			plan, err := p.publishPolicy(ctx, req.Params["id"], in)
			if err != nil {
				return fn.Response{}, err
			}
			return fn.JSON(200, plan)
		})
	},
}

func (p publisher) publishPolicy(ctx context.Context, id string, in PolicyPublication) (PolicyPlan, error) {
	entities, err := registry.Entities()
	if err != nil {
		return PolicyPlan{}, err
	}
	next, problems := policy.Parse(in.Policy, entity.Customs(entities)...)
	if len(problems) > 0 {
		return PolicyPlan{}, invalid(id, problems.Within("policy"))
	}
	if next.ID != id {
		return PolicyPlan{}, fault.New(fault.Invalid, "the document is of policy %q", next.ID).On(id, "id").Got(next.ID)
	}
	older, err := p.olderThan(ctx, next)
	if err != nil {
		return PolicyPlan{}, err
	}
	plan, flows, err := p.plan(ctx, next, older, in.Policy)
	if err != nil || in.Confirm == "" {
		return plan, err
	}
	if in.Confirm != plan.Digest {
		return plan, fault.New(fault.Conflict, "the list that was confirmed is out of date").On(id, "confirm").Do("Look at the new one, then confirm that").With(plan)
	}
	versions := make([]registry.Version, len(flows))
	for i, f := range flows {
		v, err := p.make(ctx, &f.result.Doc, f.document, f.result)
		if err != nil {
			return plan, err
		}
		v.Edition, v.By, v.Comment = f.edition, in.By, strings.TrimSuffix("policy "+next.Ref()+": "+in.Comment, ": ")
		versions[i] = v
	}
	live, err := p.release(ctx, []json.RawMessage{in.Policy}, versions...)
	if err != nil {
		return plan, err
	}
	plan.Published = true
	for i, l := range live {
		plan.Flows[i].Number = l.Number
	}
	return plan, nil
}

// olderThan is the highest version below, 0 when there is none. A version that
// is not the newest would be published behind the back of those who use a later one.
func (p publisher) olderThan(ctx context.Context, next policy.Policy) (int, error) {
	all, err := p.registry.PolicyVersions(ctx, next.ID)
	if err != nil {
		return 0, err
	}
	older := 0
	for _, v := range all {
		if v.Policy.Version > next.Version {
			return 0, fault.New(fault.Invalid, "version %d is published already", v.Policy.Version).On(next.ID, "version").Got(next.Version).Do("Give the policy a higher version")
		}
		if v.Policy.Version < next.Version {
			older = v.Policy.Version
		}
	}
	return older, nil
}

// olderPolicy is the next version of a policy with the content of an older one.
func (p publisher) olderPolicy(ctx context.Context, id string, number int) (json.RawMessage, error) {
	all, err := p.registry.PolicyVersions(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fault.New(fault.NotFound, "no published policy %q", id)
	}
	newest := all[len(all)-1].Policy.Version
	if number == 0 && len(all) > 1 {
		number = all[len(all)-2].Policy.Version
	}
	for _, v := range all {
		if v.Policy.Version == number && number != newest {
			doc, err := sjson.SetBytes(v.Document, "version", newest+1)
			return doc, err
		}
	}
	return nil, fault.New(fault.NotFound, "policy %q has no older version to go back to", id).On(id, "version").Got(number)
}
