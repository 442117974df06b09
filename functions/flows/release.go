package flows

import (
	"context"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/registry"
)

// make publishes a compiled flow as a version of its machine, which nobody runs
// on before it is released.
func (p publisher) make(ctx context.Context, doc *flow.Document, text json.RawMessage, result compile.Result) (registry.Version, error) {
	name := machinePrefix + doc.ID
	arn, err := PublishMachine(ctx, p.states, machinePrefix, result)
	return registry.Version{
		Flow: doc.ID, Title: doc.Title, Type: registry.TypeOf(doc), Event: doc.Entry.Event, Filters: doc.Entry.Filter, Alongside: doc.Entry.Alongside, Policies: doc.PolicyRefs(),
		Machine: name, ARN: arn, At: p.now(), Document: text,
	}, err
}

// release makes versions live and lets the aliases follow.
func (p publisher) release(ctx context.Context, policies []json.RawMessage, versions ...registry.Version) ([]registry.Live, error) {
	live, err := p.registry.Release(ctx, policies, versions...)
	if err != nil {
		return nil, err
	}
	return live, p.route(ctx, live)
}

// route lets the aliases of flows follow what is live.
func (p publisher) route(ctx context.Context, live []registry.Live) error {
	for _, l := range live {
		if err := p.states.Route(ctx, l.Machine, l.Shares()); err != nil {
			return err
		}
		if err := p.registry.Routed(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// checkTrial refuses a trial that could decide nothing.
func checkTrial(t *registry.Trial) error {
	if t == nil {
		return nil
	}
	for _, f := range []struct {
		name            string
		value, min, max int
	}{{"percent", t.Percent, 1, 99}, {"minutes", t.Minutes, 1, 60 * 24 * 30}, {"minimum", t.Minimum, 1, maxSample}, {"threshold", t.Threshold, 0, 99}} {
		if f.value < f.min || f.value > f.max {
			return fault.New(fault.Invalid, "a canary's %s is between %d and %d", f.name, f.min, f.max).On("", "canary."+f.name).Got(f.value)
		}
	}
	return nil
}

// maxSample bounds how many orders of a trial are looked at, the newest.
const maxSample = 1000
