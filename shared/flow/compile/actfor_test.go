package compile_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/fn"
)

// drawnWith is a flow of the given steps, ending in one called end.
func drawnWith(steps ...string) []byte {
	return fmt.Appendf(nil, `{"format": "1.0", "id": "a", "title": "A", "type": "order", "entry": {"event": "OrderReceived"}, "start": "s1", "steps": [%s, {"id": "end", "name": "End", "type": "end"}]}`, strings.Join(steps, ","))
}

// Whatever a provider comes to offer, the step that needs it compiles with no
// change to the compiler.
func TestEveryStepForACapabilityCompilesOnceSomethingImplementsIt(t *testing.T) {
	t.Parallel()
	for _, a := range flow.ActionSteps() {
		catalog, policies := world(t)
		catalog.Functions = append(catalog.Functions, flow.Function{ID: "own/does", Provider: "own", Action: true, Implements: []fn.Capability{a.Needs}, TimeoutSeconds: 7})
		step := fmt.Sprintf(`{"id": "s1", "name": "Do", "type": %q, "next": "end"`, a.Type)
		if a.Function == "" {
			step += `, "action": "own/does", "instance": "x"`
		}
		switch a.Type {
		case flow.RequestFulfillment:
			step += `, "mode": "check"`
		case flow.Predict:
			step += `, "score": "risk", "most": 1`
		}
		document := drawnWith(step + "}")
		switch {
		case a.Type == flow.ReleaseStock:
			document = drawnWith(`{"id": "s1", "name": "Assign", "type": "assign-source", "policies": ["lab-assignment@1"], "next": "s2"}`,
				`{"id": "s2", "name": "Reserve", "type": "reserve", "deadline": "P1D", "next": "s3"}`, strings.Replace(step, "s1", "s3", 1)+"}")
		case !a.Outside:
			document = drawnWith(`{"id": "s1", "name": "Assign", "type": "assign-source", "policies": ["lab-assignment@1"], "next": "s2"}`,
				`{"id": "s2", "name": "Create", "type": "create-fulfillment-orders", "next": "s3"}`,
				`{"id": "s3", "name": "Each", "type": "for-each", "each": "fulfillmentOrder", "next": "end", "start": "s4", "steps": [`+strings.NewReplacer("s1", "s4", `"end"`, `"done"`).Replace(step)+`}, {"id": "done", "name": "Done", "type": "end"}]}`)
		}
		result, problems := compile.Compile(document, catalog, policies)
		if problems != nil {
			t.Errorf("%s: %v", a.Type, problems)
			continue
		}
		if want := map[bool]string{true: a.Function, false: "own/does"}[a.Function != ""]; !strings.Contains(string(result.Machine), fn.LogicalID(want)) {
			t.Errorf("%s does not call %s", a.Type, want)
		}
		if a.Type == flow.RequestFulfillment && !strings.Contains(string(result.Machine), `"mode": "check"`) {
			t.Errorf("%s does not say its mode", a.Type)
		}
	}
}

const (
	checkStep   = `{"id": "s1", "name": "Enough?", "type": "check-stock", "onFailure": "s2", "next": "end"}`
	notifyStep  = `{"id": "s2", "name": "Tell", "type": "notify", "action": "webhook/post", "instance": "desk", "parameters": {"body": {}}, "next": "end"}`
	predictStep = `{"id": "s1", "name": "Guess", "type": "predict", "score": "risk", "most": 100, "action": "webhook/predict", "instance": "desk", "parameters": {"body": {}}, "next": "s2"}`
	splitStep   = `{"id": "s2", "name": "Risky?", "type": "condition", "when": {"field": "order.scores.risk", "operator": "atLeast", "value": 80}, "yes": "s3", "no": "end"}`
)

func TestTooLittleStockIsAnAnswerAndOtherFailuresAreNot(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{flow.OutOfStock: event.OrderShortageDetected, "Record.NotFound": event.OrderStepAbandoned} {
		r := start(t, drawnWith(checkStep, notifyStep), func(c call) (string, *engine.TaskError) {
			if c.Function == "inventory/check" {
				return "", &engine.TaskError{Error: code, Cause: "scripted"}
			}
			return "", nil
		})
		r.settle()
		r.expect("check s1 0", "apply-event s1 "+want+" 0", "post s2 0", "apply-event s2 OrderNotified 0")
		r.expectStatus(engine.Succeeded)
	}
}

func TestNobodyIsToldTwiceWhenOnlyRecordingItFailed(t *testing.T) {
	t.Parallel()
	var failing atomic.Bool
	failing.Store(true)
	r := start(t, drawnWith(strings.Replace(notifyStep, "s2", "s1", 1)), func(c call) (string, *engine.TaskError) {
		if c.Event == event.OrderNotified && failing.Load() {
			return "", &engine.TaskError{Error: "Input.Invalid"}
		}
		return "", nil
	})
	r.settle()
	r.expect("post s1 0", "apply-event s1 OrderNotified 0", "raise-exception s1 Input.Invalid 0")
	failing.Store(false)
	r.answer("exception/s1", `{"answer":"reprocess"}`)
	r.expect("apply-event s1 OrderNotified 1")
	r.expectStatus(engine.Succeeded)
}

func TestAScoreOfAModelSplitsTheFlow(t *testing.T) {
	t.Parallel()
	for score, told := range map[string]bool{"80": true, "79.9": false} {
		r := start(t, drawnWith(predictStep, splitStep, strings.Replace(notifyStep, "s2", "s3", 1)), func(c call) (string, *engine.TaskError) {
			switch {
			case c.Function == "webhook/predict":
				return `{"score":` + score + `}`, nil
			case c.Event == event.OrderScored:
				var p struct {
					Name  string
					Most  int
					Value json.Number
				}
				if err := json.Unmarshal(c.Payload, &p); err != nil || p.Name != "risk" || p.Most != 100 || p.Value.String() != score {
					return "", &engine.TaskError{Error: "Test.Payload", Cause: string(c.Payload)}
				}
				return `{"version":1,"facts":{"order.scores.risk":` + score + `}}`, nil
			}
			return "", nil
		})
		r.settle()
		want := []string{"predict s1 0", "apply-event s1 OrderScored 0"}
		if told {
			want = append(want, "post s3 0", "apply-event s3 OrderNotified 0")
		}
		r.expect(want...)
		r.expectStatus(engine.Succeeded)
	}
}
