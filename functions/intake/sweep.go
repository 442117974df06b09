package intake

import (
	"context"
	"errors"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
)

const (
	overdueAfter  = 2 * time.Minute
	maxRounds     = 10  // announcements before a message is given up
	sweepMessages = 500 // per run; the rest waits for the next minute
)

// CodeNotSettled is the failure of a message that nothing answered for.
const CodeNotSettled = "Intake.NotSettled"

// SweepResult counts what one run did.
type SweepResult struct {
	Announced int `json:"announced"`
	Failed    int `json:"failed"` // given up, now in the inbound error list
}

// Sweep closes the gap between storing a message and somebody answering for it.
var Sweep = fn.Function{
	ID:       "intake/sweep",
	Summary:  "Announce messages again that nothing settled within two minutes",
	Trigger:  fn.Trigger{Schedule: time.Minute},
	Result:   SweepResult{},
	Failures: []fn.Failure{{Code: fault.Conflict, Meaning: "others kept changing a message", Retry: true}},
	Example:  struct{}{},
	Timeout:  55 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := sweeper{box: boxOf(d), clock: d.Clock}
		return fn.Task(func(ctx context.Context, _ struct{}) (SweepResult, error) { return s.run(ctx) })
	},
}

type sweeper struct {
	box   inbox.Box
	clock clock.Clock
}

// run goes on past a message that cannot be changed, so that one never holds
// up the others, and reports all such errors in the end.
func (s sweeper) run(ctx context.Context) (SweepResult, error) {
	var out SweepResult
	overdue, err := s.box.Overdue(ctx, s.clock.Now().Add(-overdueAfter), sweepMessages)
	if err != nil {
		return out, err
	}
	var failed []error
	for _, m := range overdue {
		count := &out.Announced
		if m.Rounds >= maxRounds {
			count, err = &out.Failed, s.box.Settle(ctx, m.ID, inbox.Failed, "", givenUp(m))
		} else {
			_, err = s.box.Replay(ctx, m.ID)
		}
		switch {
		case err == nil:
			*count++
		case fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict): // settled or expired meanwhile
		default:
			failed = append(failed, err)
		}
	}
	return out, errors.Join(failed...)
}

func givenUp(m inbox.Message) *fault.Error {
	return fault.New(CodeNotSettled, "announced %d times and neither recorded nor refused: the intake machine did not run, or did not come to an end. Look at its executions, then replay the message", m.Rounds)
}
