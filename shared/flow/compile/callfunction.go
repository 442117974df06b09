package compile

import (
	"cmp"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/flow"
)

// ownTimeout is how long a function of the user's own may take unless the step
// says otherwise: nothing declares it.
const ownTimeout = 30 * time.Second

// tooLarge is the failure of a state whose result is larger than a state hands
// on. States.ALL does not stand for it.
const tooLarge = "States.DataLimitExceeded"

// callFunction writes a step that calls a function of the user's own. Its result
// goes nowhere: what it has to say it says with an event.
func (b *builder) callFunction(s *flow.Step) {
	w := b.onward(s, b.atHand())
	payload := b.input(s, nil)
	if s.Parameters != nil {
		payload = payload.with(field{"parameters", parameters(s.Parameters)})
	}
	t := own(s, task{arn: functionName(s.ARN), payload: payload, passing: s.RetryOn, assign: w.assign, next: w.next})
	t.timeout = cmp.Or(t.timeout, ownTimeout)
	t.catch = b.caught(s, catcher{code: tooLarge, next: b.failing(s)})
	b.add(s, s.Name, b.c.state(t))
}

// functionName is what Lambda finds the function by: of one in the account of
// the machine its name is enough, so nothing has to be filled in.
func functionName(arn string) string { return strings.TrimPrefix(arn, flow.HereARN) }
