package orders

import (
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// runEnded tells the step that runs a sub-flow that the run has ended. Nobody
// waits for a run that a person started again.
func runEnded(r *store.Record, run string, now time.Time) ([]table.Op, error) {
	signal, ok := noLongerRuns(r, run)
	if !ok {
		return nil, nil
	}
	op, err := rendezvous.Answer(r.Status.Order, signal, struct{}{}, now)
	return []table.Op{op}, err
}

// runFailed makes the step that runs a sub-flow fail as the run did; nil when no
// step waits for it.
func runFailed(r *store.Record, run, code, cause string, now time.Time) *table.Op {
	signal, ok := noLongerRuns(r, run)
	if !ok {
		return nil
	}
	op := rendezvous.Refuse(r.Status.Order, signal, code, cause, now)
	return &op
}

// noLongerRuns takes a run of a sub-flow off the order and returns the signal
// under which a step waits for its end.
func noLongerRuns(r *store.Record, run string) (signal string, ok bool) {
	i := slices.IndexFunc(r.Status.Waits, func(w string) bool { return flow.IsSubFlowSignal(w, run) })
	if i < 0 {
		return "", false
	}
	signal = r.Status.Waits[i]
	r.Status.Waits = slices.Delete(r.Status.Waits, i, i+1)
	return signal, true
}
