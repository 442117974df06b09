package world

import (
	"context"

	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
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
// machines.
func (w *World) publish(ctx context.Context) error {
	for _, result := range w.opts.Flows {
		if _, err := flows.PublishMachine(ctx, w.Host.Deps().States, "", result); err != nil {
			return err
		}
	}
	return nil
}
