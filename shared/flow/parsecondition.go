package flow

import (
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// What a condition asks of a step that may have failed and was gone on from.
const (
	OutcomeSucceeded = "succeeded"
	OutcomeFailed    = "failed" // or skipped by a person, or did not come in time
)

// condition reads exactly one of when and outcome.
func (r *reader) condition(s *Step, n *jsondoc.Node) {
	when, outcome := n.Get("when"), n.Get("outcome")
	if (when == nil) == (outcome == nil) {
		r.At(n, policy.AmbiguousForm, `a condition has exactly one of when and outcome | Write "when" to look at data, or "outcome": {"step": "…", "is": "failed"} to look at how a step ended`)
	}
	if when != nil {
		s.When = policy.ParseCondition(r.Parser, when, r.conditionEntity(), r.customs...)
	}
	if outcome != nil && r.Is(outcome, jsondoc.Object) {
		r.Known(outcome, "step", "is")
		s.Outcome = Outcome{Step: r.NeedText(outcome, "step"), Is: r.Choice(outcome, "is", OutcomeSucceeded, OutcomeFailed)}
	}
	s.Yes, s.No = r.edge(n, "yes"), r.edge(n, "no")
}

// conditionEntity is what a condition can look at: inside for-each also the
// fulfillment order and the shipment that was waited for, or the line.
func (r *reader) conditionEntity() event.Entity {
	switch r.place {
	case InEach:
		return policy.Shipment
	case InEachLine:
		return event.Line
	}
	return r.doc.Record()
}
