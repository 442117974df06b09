package orders

import (
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
)

// A failure that the flow goes on from is in the journal as people read it.
func TestAFailureIsNotedAsASentence(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for cause, want := range map[string]string{
		`{"errorType":"Provider.Refused","errorMessage":"{\"code\":\"Provider.Refused\",\"message\":\"no such order\",\"hint\":\"Send it\"}"}`: `{"error":"E","cause":"no such order","data":{"code":"Provider.Refused","message":"no such order","hint":"Send it"}}`,
		"it broke": `{"error":"E","cause":"it broke"}`,
	} {
		in := flow.ApplyInput{StepInput: flow.StepInput{Order: id, Step: "tell", Key: "tell/" + cause}, Event: event.OrderStepAbandoned, Payload: encode(flow.StepFailure{Error: "E", Cause: cause})}
		if _, err := apply(ctx, w.store, in); err != nil {
			t.Fatal(err)
		}
		entries, err := w.store.Journal(ctx, id)
		if last := entries[len(entries)-1].Events[0]; err != nil || string(last.Payload) != want || last.Step != "tell" {
			t.Errorf("%+v %v", last, err)
		}
	}
}
