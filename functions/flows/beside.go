package flows

import (
	"context"
	"slices"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/policy"
)

// checkBeside compares a flow with the other live ones: what enters it, and what
// it runs. The policies are the flow's own.
func (p publisher) checkBeside(ctx context.Context, id string, document []byte, policies []policy.Policy, entities []entity.Entity) (problems, notes flow.Problems, err error) {
	others, more, err := p.neighbors(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	problems, notes = compile.CheckEntry(document, others, slices.Concat(policies, more), entities...)
	return append(problems, compile.CheckSubFlows(document, others, entities...)...), notes, nil
}

// neighbors are the live flows but those that are named, with the policies by
// which orders enter them.
func (p publisher) neighbors(ctx context.Context, but ...string) (all []compile.Neighbor, policies []policy.Policy, err error) {
	live, err := p.registry.Live(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range live {
		if slices.Contains(but, l.ID) {
			continue
		}
		filters, err := p.registry.Policies(ctx, l.Filters)
		if err != nil {
			return nil, nil, err
		}
		policies = append(policies, filters...)
		all = append(all, compile.Neighbor{ID: l.ID, Entry: flow.Entry{Event: l.Event, Filter: l.Filters, Alongside: l.Alongside}})
	}
	return all, policies, nil
}
