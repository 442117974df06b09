package flows

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
)

// checked is a flow of two checks, compiled with a profile.
func checked(profile string) json.RawMessage {
	doc := string(drawing("mine", "", `,{"id":"lines","name":"Lines","type":"validate-lines","policies":["order-line@1"],"next":"done"}`))
	return json.RawMessage(strings.NewReplacer(`"order-header@1"],"next":"done"`, `"order-header@1"],"next":"lines"`, `"type":"order"`, `"type":"order","profile":"`+profile+`"`).Replace(doc))
}

// The machine names the version of the child that was published with it.
func TestChildrenArePublishedBeforeTheirMachine(t *testing.T) {
	w := newPublishing(t)
	for round, want := range []string{"arn:flow-mine--order:1", "arn:flow-mine--order:3"} {
		if got := w.post(t, "mine", Publication{Flow: checked("compact")}); got.status != 200 {
			t.Fatalf("%+v", got)
		}
		if machine := string(w.press.machine); !strings.Contains(machine, `"StateMachineArn": "`+want+`"`) || strings.Contains(machine, "${Stretches") {
			t.Errorf("publication %d: %s", round+1, machine)
		}
	}
	if want := []string{"flow-mine--order", "flow-mine", "flow-mine--order", "flow-mine"}; !slices.Equal(w.press.published, want) {
		t.Errorf("published %q", w.press.published)
	}
	if got := w.post(t, "mine", Publication{Flow: checked("standard")}); got.status != 200 || len(w.press.published) != 5 {
		t.Errorf("%+v, %q", got, w.press.published)
	}
}

// A child that cannot be published leaves all as it was.
func TestAChildThatCannotBePublishedChangesNothing(t *testing.T) {
	w := newPublishing(t)
	if got := w.post(t, "mine", Publication{Flow: drawing("mine", "", "")}); got.status != 200 {
		t.Fatalf("%+v", got)
	}
	w.press.before = func() error { return fault.New(fault.Unavailable, "throttled") }
	if got := w.post(t, "mine", Publication{Flow: checked("compact")}); got.status != 503 {
		t.Errorf("%+v", got)
	}
	if l := w.live(t, "mine"); l == nil || l.Version != "arn:flow-mine:1" {
		t.Errorf("live is %+v", l)
	}
}
