package world_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/local/host"
	"github.com/orderloom/orderloom/shared/scenario"
)

// listening is a flow of a business's own that goes along with the one that
// ships: it marks the lines, and while one branch tells of the order another one
// hears it; then it waits for the goods to leave, and for a call that never comes.
const listening = `{"flow": {"format": "1.0", "id": "listening", "title": "Listening", "type": "order", "entry": {"event": "OrderReceived", "alongside": ["lab", "order-to-fulfillment", "wholesale", "preorder-and-backorder", "marketplace-split"]}, "start": "each",
 "steps": [
  {"id": "each", "name": "Each line", "type": "for-each", "each": "line", "next": "both", "start": "many", "steps": [
    {"id": "many", "name": "Many?", "type": "condition", "when": {"field": "line.quantity", "operator": "greater", "value": 9}, "yes": "mark", "no": "line-end"},
    {"id": "mark", "name": "Mark", "type": "set-fields", "entity": "line", "set": [{"set": "line.attributes.size", "value": "large"}], "next": "line-end"},
    {"id": "line-end", "name": "Line end", "type": "end"}
  ]},
  {"id": "both", "name": "Tell and hear", "type": "parallel", "next": "left", "branches": [
    {"name": "Tell", "start": "early", "steps": [
      {"id": "early", "name": "A while", "type": "wait", "for": "PT1H", "next": "tell"},
      {"id": "tell", "name": "Tell", "type": "raise-event", "event": "ResellerOrderAccepted", "next": "tell-end"},
      {"id": "tell-end", "name": "Told", "type": "end"}
    ]},
    {"name": "Hear", "start": "hear", "steps": [
      {"id": "hear", "name": "Hear", "type": "wait-for-event", "event": "ResellerOrderAccepted", "deadline": "P1D", "next": "heard"},
      {"id": "heard", "name": "Tag as heard", "type": "set-fields", "set": [{"addTag": "heard"}], "next": "hear-end"},
      {"id": "hear-end", "name": "Heard", "type": "end"}
    ]}
  ]},
  {"id": "left", "name": "Goods have left", "type": "wait-for-event", "event": "FulfillmentOrderShipped", "deadline": "P9D", "next": "call"},
  {"id": "call", "name": "Call", "type": "wait-for-event", "event": "OrderCorrected", "deadline": "PT3H", "onDeadline": "continue", "next": "called"},
  {"id": "called", "name": "Called?", "type": "condition", "outcome": {"step": "call", "is": "failed"}, "yes": "quiet", "no": "one-way"},
  {"id": "quiet", "name": "Tag as quiet", "type": "set-fields", "set": [{"addTag": "quiet"}], "next": "one-way"},
  {"id": "one-way", "name": "One way", "type": "merge", "next": "end"},
  {"id": "end", "name": "End", "type": "end"}
 ]}}`

// Events that another flow, another branch or the warehouse raises wake who
// waits for them, whichever comes first.
func TestAFlowListensToWhatHappens(t *testing.T) {
	t.Parallel()
	w := open(t, world.Options{})
	publish(t, w, "listening", listening)
	play(t, w, `send orders/create #L1 lines=1,12
until #L1 Completed / Fulfilled
pass 6h
expect event #L1 ResellerOrderAccepted {}
expect event #L1 OrderStepAbandoned Flow.DeadlinePassed
expect exceptions #L1 0
expect runs #L1 2`)
	s := statusOf(t, w, "L1")
	if !slices.Equal(s.Tags, []string{"heard", "quiet"}) || s.Lines[0].Attributes["size"] != "" || s.Lines[1].Attributes["size"] != "large" || len(s.Waits) != 0 {
		t.Errorf("%+v", s)
	}
}

const (
	checking = `{"flow": {"format": "1.0", "id": "credit-check", "title": "Credit check", "type": "order", "entry": {"event": "sub-flow"}, "start": "look", "steps": [
  {"id": "look", "name": "Look", "type": "wait", "for": "PT2H", "next": "mark"},
  {"id": "mark", "name": "Mark", "type": "set-fields", "set": [{"addTag": "checked"}], "next": "end"},
  {"id": "end", "name": "End", "type": "end"}]}}`
	checked = `{"flow": {"format": "1.0", "id": "checked", "title": "Checked", "type": "order", "entry": {"event": "OrderReceived", "alongside": ["lab", "order-to-fulfillment", "wholesale", "preorder-and-backorder", "marketplace-split"]}, "start": "check", "steps": [
  {"id": "check", "name": "Check", "type": "sub-flow", "flow": "credit-check", "onFailure": "continue", "next": "how"},
  {"id": "how", "name": "How?", "type": "condition", "outcome": {"step": "check", "is": "succeeded"}, "yes": "good", "no": "bad"},
  {"id": "good", "name": "Good", "type": "set-fields", "set": [{"addTag": "good"}], "next": "end"},
  {"id": "bad", "name": "Bad", "type": "set-fields", "set": [{"addTag": "bad"}], "next": "end"},
  {"id": "end", "name": "End", "type": "end"}]}}`
)

// A flow runs another one for the order and waits for its end; when the run fails
// its step fails, and nobody else is asked about it.
func TestAFlowRunsAnother(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		abort bool
		tags  []string
	}{"to its end": {false, []string{"checked", "good"}}, "which fails": {true, []string{"bad"}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, world.Options{})
			publish(t, w, "credit-check", checking)
			publish(t, w, "checked", checked) // which needs the other one
			play(t, w, "send orders/create #S1\npass 30m")
			s := statusOf(t, w, "S1")
			run := flow.RunName(s.Order, "credit-check", s.Runs["credit-check"])
			if !slices.Contains(s.Waits, flow.SubFlowSignalName(run, s.Order+"-checked-1", "check")) {
				t.Fatalf("it does not wait for %s: %+v", run, s)
			}
			if c.abort {
				machine := w.Host.Engine().MachineARN(host.Stack + "-flow-credit-check")
				execution := strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + run
				if _, err := w.Host.Engine().StopExecution(t.Context(), execution, "Operator.Stopped", "stopped by an operator"); err != nil {
					t.Fatal(err)
				}
			}
			play(t, w, "pass 3h\nexpect exceptions #S1 0\nexpect runs #S1 3")
			if s := statusOf(t, w, "S1"); !slices.Equal(s.Tags, c.tags) || len(s.Waits) != 0 {
				t.Errorf("tags %q, waits for %q", s.Tags, s.Waits)
			}
		})
	}
}

// play runs the commands of a scenario.
func play(t *testing.T, w *world.World, commands string) {
	t.Helper()
	script, err := scenario.Parse([]byte("Played.\n-- steps --\n" + commands + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := scenario.Run(w.Scenario(t.Context(), world.DemoShop), script); err != nil {
		t.Fatal(err)
	}
}

func publish(t *testing.T, w *world.World, id, document string) {
	t.Helper()
	if err := w.Post(t.Context(), "/api/flows/"+id+"/publish", nil, []byte(document)); err != nil {
		t.Fatal(err)
	}
}
