package intake

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
)

// SettleInput is what the intake machine says about a message that did not
// become a record: why it failed, or that there was nothing to do.
type SettleInput struct {
	Message string      `json:"message"`
	State   inbox.State `json:"state"`           // failed or ignored
	Error   string      `json:"error,omitempty"` // failure code; required for failed
	Cause   string      `json:"cause,omitempty"` // text, or the error output of a state
}

// SettleResult is where the message stands now.
type SettleResult struct {
	Message string      `json:"message"`
	State   inbox.State `json:"state"` // a recorded message stays recorded
}

// Settle puts a message into the inbound error list or takes it as ignored.
var Settle = fn.Function{
	ID:       "intake/settle",
	Summary:  "Put a message that failed into the inbound error list, or mark it as ignored",
	Input:    SettleInput{},
	Result:   SettleResult{},
	Failures: changing,
	Example:  SettleInput{Message: exampleMessage, State: inbox.Failed, Error: fault.Invalid, Cause: "field is missing"},
	Timeout:  10 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		box := boxOf(d)
		return fn.Task(func(ctx context.Context, in SettleInput) (SettleResult, error) { return settle(ctx, box, in) })
	},
}

func settle(ctx context.Context, box inbox.Box, in SettleInput) (SettleResult, error) {
	var failure *fault.Error
	switch {
	case in.State != inbox.Failed && in.State != inbox.Ignored:
		return SettleResult{}, fault.New(fault.Invalid, "a message is settled as failed or ignored").On(in.Message, "state").Got(in.State)
	case in.State == inbox.Failed && in.Error == "":
		return SettleResult{}, fault.New(fault.Invalid, "a failure needs its code").On(in.Message, "error")
	case in.Error != "" || in.Cause != "":
		failure = &fault.Error{Code: in.Error, Message: causeText(in.Cause)}
	}
	if err := box.Settle(ctx, in.Message, in.State, "", failure); err != nil {
		return SettleResult{}, err
	}
	m, err := box.Get(ctx, in.Message)
	return SettleResult{Message: in.Message, State: m.State}, err
}

const maxCauseBytes = 2000

// causeText makes a sentence of what a state caught: the error output of a
// Lambda function is JSON with a message, which for our functions is a fault as
// JSON. Anything else is shown as it is.
func causeText(cause string) string {
	var out struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(cause), &out) == nil && out.Message != "" {
		cause = out.Message
	}
	var f fault.Error
	if json.Unmarshal([]byte(cause), &f) == nil && f.Message != "" {
		cause = strings.TrimPrefix(f.Error(), f.Code+": ")
	}
	if len(cause) > maxCauseBytes {
		cause = strings.ToValidUTF8(cause[:maxCauseBytes], "") + "…"
	}
	return cause
}
