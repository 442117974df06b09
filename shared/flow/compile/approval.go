package compile

import (
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
)

// approval asks a person and goes one of two ways; a deadline answers instead.
func (b *builder) approval(s *flow.Step) {
	approved := func(result string) object {
		return object{{testName(s), expr(result + `.answer = "` + string(flow.Approve) + `"`)}}
	}
	asked := b.asks(s, event.OrderApprovalRequested, object{{"who", text(s.Who)}, {"question", text(s.Question)}})
	asked.catch = b.caught(s, b.beyond(s), catcher{code: timeoutError, next: also(s, "Expired")})
	asked.assign, asked.next = approved("$states.result"), also(s, "Answer")
	b.add(s, s.Name, b.c.state(asked))

	answer := flow.Approve
	if s.Default == flow.LateReject {
		answer = flow.Reject
	}
	expired := b.expires(s, answer, nil)
	expired.catch = b.caught(s, b.beyond(s))
	expired.assign, expired.next = approved(resultPayload), also(s, "Answer")
	b.add(s, also(s, "Expired"), b.c.state(expired))

	var exits []exit
	for _, e := range b.sc.edges[s.ID] {
		x := exit{edge: e}
		if e.name == "yes" {
			x.test = testName(s)
		}
		exits = append(exits, x)
	}
	b.add(s, also(s, "Answer"), b.choice(s, exits))
}
