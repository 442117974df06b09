package flows

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/statemachines"
)

// PolicyPlan lists what a version of a policy changes.
type PolicyPlan struct {
	Policy     string        `json:"policy"`     // "<id>@<version>"
	Flows      []PlannedFlow `json:"flows"`      // the console's: published with it
	Stay       []PlannedFlow `json:"stay"`       // the console's that use an even older version: left alone
	Repository []string      `json:"repository"` // the repository's that use the policy: for their next deployment
	Digest     string        `json:"digest"`     // confirm with it
	Published  bool          `json:"published"`
}

// PlannedFlow is a flow that uses the policy.
type PlannedFlow struct {
	Flow   string `json:"flow"`
	Uses   string `json:"uses"`             // "<id>@<version>", as it is live now
	Number int    `json:"number,omitempty"` // of the version that is live; once published, of the new one
}

// recompiled is a flow with the new version of the policy.
type recompiled struct {
	document json.RawMessage
	result   compile.Result
	edition  int64 // of the flow
}

// plan compiles every flow that the policy changes: a plan is one that works.
func (p publisher) plan(ctx context.Context, next policy.Policy, older int, doc json.RawMessage) (PolicyPlan, []recompiled, error) {
	plan := PolicyPlan{Policy: next.Ref(), Flows: []PlannedFlow{}, Stay: []PlannedFlow{}}
	live, err := p.registry.Live(ctx)
	if err != nil {
		return plan, nil, err
	}
	before := next.ID + "@" + strconv.Itoa(older)
	var flows []recompiled
	var problems flow.Problems
	for _, l := range live {
		if l.Number == 0 {
			continue // the repository's
		}
		v, err := p.registry.Version(ctx, l.ID, l.Number)
		if err != nil {
			return plan, nil, err
		}
		for _, uses := range usedVersions(v.Policies, next.ID) {
			planned := PlannedFlow{l.ID, uses, l.Number}
			if uses != before {
				if uses != next.Ref() {
					plan.Stay = append(plan.Stay, planned)
				}
				continue
			}
			if l.Canary != nil {
				return plan, nil, fault.New(fault.Conflict, "version %d of flow %q is on trial", l.Canary.Number, l.ID).On(next.ID, "flows").Do("Wait for the end of the trial, or end it with a roll-back")
			}
			f, bad, err := p.recompile(ctx, v, before, next)
			if err != nil {
				return plan, nil, err
			}
			problems = append(problems, bad.Within("flow "+l.ID)...)
			f.edition = l.Edition
			plan.Flows, flows = append(plan.Flows, planned), append(flows, f)
		}
	}
	if len(problems) > 0 {
		return plan, nil, invalid(next.ID, problems)
	}
	if plan.Repository, err = repositoryFlows(next.ID); err != nil {
		return plan, nil, err
	}
	plan.Digest, err = digest(plan, doc)
	return plan, flows, err
}

func (p publisher) recompile(ctx context.Context, v registry.Version, before string, next policy.Policy) (recompiled, flow.Problems, error) {
	f := recompiled{document: flow.Repin(v.Document, before, next.Ref())}
	refs := slices.DeleteFunc(slices.Clone(v.Policies), func(ref string) bool { return ref == before })
	policies, err := p.policies(ctx, []policy.Policy{next}, refs)
	if err != nil {
		return f, nil, err
	}
	catalog, err := flow.LoadCatalog()
	if err != nil {
		return f, nil, err
	}
	var problems flow.Problems
	f.result, problems = compile.Compile(f.document, catalog, policies)
	return f, problems, nil
}

// usedVersions are the references to versions of a policy.
func usedVersions(refs []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(refs), func(ref string) bool { return !strings.HasPrefix(ref, id+"@") })
}

// repositoryFlows are the repository's flows that use a policy.
func repositoryFlows(id string) ([]string, error) {
	documents, err := statemachines.Documents()
	if err != nil {
		return nil, err
	}
	entities, err := registry.Entities()
	if err != nil {
		return nil, err
	}
	all := []string{}
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		doc, problems := flow.Parse(documents[name], entities...)
		if len(problems) > 0 {
			return nil, problems.Err()
		}
		if len(usedVersions(doc.PolicyRefs(), id)) > 0 {
			all = append(all, name)
		}
	}
	return all, nil
}

// digest tells a plan from any other, and from the same one for another policy.
func digest(plan PolicyPlan, doc json.RawMessage) (string, error) {
	text, err := json.Marshal(plan)
	sum := sha256.Sum256(append(text, doc...))
	return hex.EncodeToString(sum[:8]), err
}
