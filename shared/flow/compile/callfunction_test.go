package compile_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
)

const ownStep = `{"id": "s1", "name": "Wrap", "type": "lambda", "arn": "` + flow.HereARN + `orderloom-action-gift:live", "parameters": {"paper": "red"}, "retryOn": ["Busy"], "next": "end"}`

func TestAFunctionOfTheUsersOwnIsCalledByName(t *testing.T) {
	t.Parallel()
	var busy atomic.Int32
	r := start(t, drawnWith(ownStep), func(c call) (string, *engine.TaskError) {
		if c.Function == "orderloom-action-gift:live" && busy.Add(1) < 3 {
			return "", &engine.TaskError{Error: "Busy"}
		}
		return "", nil
	})
	r.settle()
	calls := r.did()
	if len(calls) != 3 {
		t.Fatalf("called were\n%s", lines(calls))
	}
	for _, c := range calls {
		if c.Function != "orderloom-action-gift:live" || c.Order != orderID || c.Step != "s1" || c.Key != "run#s1#0" || string(c.Parameters) != `{"paper":"red"}` {
			t.Errorf("%+v", c)
		}
	}
	r.expectStatus(engine.Succeeded)
}

// What it returns goes nowhere; more than a state hands on is a failure like any
// other, and so is one that nobody declared.
func TestAFunctionThatFailsIsAnException(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func() (string, *engine.TaskError){
		"States.DataLimitExceeded": func() (string, *engine.TaskError) { return fmt.Sprintf("%q", strings.Repeat("x", 300<<10)), nil },
		"Lambda.ResourceNotFoundException": func() (string, *engine.TaskError) {
			return "", &engine.TaskError{Error: "Lambda.ResourceNotFoundException", Cause: "no such function"}
		},
		"TypeError": func() (string, *engine.TaskError) { return "", &engine.TaskError{Error: "TypeError"} },
	} {
		var mended atomic.Bool
		r := start(t, drawnWith(ownStep), func(c call) (string, *engine.TaskError) {
			if c.Function == "orderloom-action-gift:live" && !mended.Load() {
				return answer()
			}
			return "", nil
		})
		r.settle()
		if calls := r.did(); len(calls) != 2 || calls[1].Function != "orders/raise-exception" || calls[1].Error != name {
			t.Errorf("%s: called were\n%s", name, lines(calls))
			continue
		}
		mended.Store(true)
		r.answer("exception/s1", `{"answer":"reprocess"}`)
		r.expectStatus(engine.Succeeded)
	}
}
