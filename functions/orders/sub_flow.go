package orders

import (
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// runEnded tells the step that runs a sub-flow that the run has ended. Nobody waits
// for a run that a person started again.
func runEnded(r *store.Record, run string, now time.Time) ([]table.Op, error) {
	if !noLongerRuns(r, run) {
		return nil, nil
	}
	op, err := rendezvous.Answer(r.Status.Order, flow.SubFlowSignalName(run), struct{}{}, now)
	return []table.Op{op}, err
}

// runFailed makes the step that runs a sub-flow fail as the run did; nil when no
// step waits for it.
func runFailed(r *store.Record, run, code, cause string, now time.Time) *table.Op {
	if !noLongerRuns(r, run) {
		return nil
	}
	op := rendezvous.Refuse(r.Status.Order, flow.SubFlowSignalName(run), code, cause, now)
	return &op
}

// noLongerRuns takes a run of a sub-flow off the order and reports whether a step
// waited for its end.
func noLongerRuns(r *store.Record, run string) bool {
	i := slices.Index(r.Status.Waits, flow.SubFlowSignalName(run))
	if i < 0 {
		return false
	}
	r.Status.Waits = slices.Delete(r.Status.Waits, i, i+1)
	return true
}
