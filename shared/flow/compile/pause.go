package compile

import (
	"strconv"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// pause writes a wait for a time as one Wait state: its date is a fact that the
// Task before has computed with. Nothing wakes a Wait state, so a cancellation
// is met by the step after it.
func (b *builder) pause(s *flow.Step) {
	state := object{{"Type", "Wait"}}
	if s.Until.Field != "" {
		state = state.with(field{"Timestamp", expr("$" + testName(s))})
	} else {
		state = state.with(field{"Seconds", int(s.For.Seconds())})
	}
	w := b.onward(s, b.atHand())
	if len(w.assign) > 0 {
		state = state.with(field{"Assign", w.assign})
	}
	b.add(s, s.Name, state.with(field{"Output", object{}}, field{"Next", w.next}))
}

// longAgo is the date of an order that has none: it is not waited for.
const longAgo = "2000-01-01T00:00:00Z"

// untilExpr computes the time of a wait from the facts. A date that is no text
// is none.
func untilExpr(d flow.Date) string {
	at := "$v"
	if d.Offset != 0 {
		at = "$fromMillis($toMillis($v) + " + strconv.FormatInt(d.Offset.Milliseconds(), 10) + ")"
	}
	return "($v := $lookup($" + factsVar + ", " + policy.Quote(d.Field) + `); $type($v) = "string" ? ` + at + ` : "` + longAgo + `")`
}
