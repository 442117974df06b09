package world_test

import (
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/scenario"
)

// listening is a flow of a business's own that goes along with the one that
// ships: it marks the lines, and while one branch tells of the order another one
// hears it; then it waits for the goods to leave, and for a call that never comes.
const listening = `{"flow": {"format": "1.0", "id": "listening", "title": "Listening", "type": "order", "entry": {"event": "OrderReceived"}, "start": "each",
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
	if err := w.Post(t.Context(), "/api/flows/listening/publish", nil, []byte(listening)); err != nil {
		t.Fatal(err)
	}
	script, err := scenario.Parse([]byte(`Listens.
-- steps --
send orders/create #L1 lines=1,12
until #L1 Completed / Fulfilled
pass 6h
expect event #L1 ResellerOrderAccepted {}
expect event #L1 OrderStepAbandoned Flow.DeadlinePassed
expect exceptions #L1 0
expect runs #L1 2
`))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := scenario.Run(w.Scenario(t.Context(), world.DemoShop), script); err != nil {
		t.Fatal(err)
	}
	s := statusOf(t, w, "L1")
	if !slices.Equal(s.Tags, []string{"heard", "quiet"}) || s.Lines[0].Attributes["size"] != "" || s.Lines[1].Attributes["size"] != "large" || len(s.Waits) != 0 {
		t.Errorf("%+v", s)
	}
}
