package world

import (
	"context"

	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/statemachines"
)

// CompiledAs are the repository's flows, compiled with a profile.
func CompiledAs(profile string) ([]compile.Result, error) {
	catalog, err := flow.LoadCatalog()
	if err != nil {
		return nil, err
	}
	policies, err := statemachines.Policies()
	if err != nil {
		return nil, err
	}
	documents, err := statemachines.Documents()
	if err != nil {
		return nil, err
	}
	var all []compile.Result
	for _, document := range documents {
		result, problems := compile.CompileAs(profile, document, catalog, policies)
		if err := problems.Err(); err != nil {
			return nil, err
		}
		all = append(all, result)
	}
	return all, nil
}

// publish publishes the flows of the options under the names of the committed
// machines and leads new orders there.
func (w *World) publish(ctx context.Context) error {
	states := w.Host.Deps().States
	for _, result := range w.opts.Flows {
		version, err := flows.PublishMachine(ctx, states, "", result)
		if err != nil {
			return err
		}
		if err := states.Route(ctx, result.Doc.ID, []fn.Share{{Version: version, Percent: 100}}); err != nil {
			return err
		}
	}
	return nil
}
