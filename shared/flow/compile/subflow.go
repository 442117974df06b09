package compile

import (
	"slices"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/flow"
)

// subFlow runs another flow for the order and waits for its end as long as an
// exception waits: all that the other flow waits for has a deadline of its own.
func (b *builder) subFlow(s *flow.Step) {
	w := b.onward(s, b.atHand())
	b.add(s, s.Name, b.c.state(task{
		function: runSubFlow, wait: exceptionWait, retry: flow.DefaultRetry(), catch: b.caught(s), assign: w.assign, next: w.next,
		payload: b.input(s, nil).with(field{"flow", s.Flow}, field{"token", expr(taskToken)}),
	}))
}

// end ends a drawing. The end of a sub-flow tells the step that runs it.
func (b *builder) end(s *flow.Step) {
	if !b.c.tells(b.sc) {
		b.add(s, s.Name, object{{"Type", "Succeed"}, {"Output", b.brought()}})
		return
	}
	b.add(s, s.Name, b.c.state(task{
		function: applyEvent, payload: b.input(s, nil).with(field{"ends", true}), retry: flow.DefaultRetry(), catch: b.caught(s),
	}))
}

// tells reports whether somebody waits for the end of a drawing.
func (c *compiler) tells(sc *scope) bool {
	return sc.around() == nil && c.doc.Entry.Event == flow.SubFlowEntry
}

// checkRecursion reports steps that could run flows without an end: a sub-flow
// runs no other one.
func (c *compiler) checkRecursion() {
	for _, s := range c.steps {
		switch {
		case s.Flow == "":
		case s.Flow == c.doc.ID:
			c.report.Add(RecursiveSubFlow, s.ID, s.At+"/flow", "the flow runs itself | Lead an edge back that is marked with again")
		case c.doc.Entry.Event == flow.SubFlowEntry:
			c.report.Add(RecursiveSubFlow, s.ID, s.At+"/flow", "a sub-flow runs another one, which may run this one | Let the flow that runs this one run %q as well", s.Flow)
		}
	}
}

// CheckSubFlows reports steps that run a flow that is not live or is no sub-flow.
// The other flows are those that are live.
func CheckSubFlows(document []byte, others []Neighbor, entities ...entity.Entity) flow.Problems {
	doc, report := flow.Open(document, entities...)
	for i := range doc.Steps {
		s := &doc.Steps[i]
		if s.Flow != "" && !slices.ContainsFunc(others, func(n Neighbor) bool { return n.ID == s.Flow && n.Entry.Event == flow.SubFlowEntry }) {
			report.Add(UnknownSubFlow, s.ID, s.At+"/flow", "no live flow %q is made to be run by others | Publish it first, with \"entry\": {\"event\": %q}", s.Flow, flow.SubFlowEntry)
		}
	}
	return only(report, UnknownSubFlow)
}
