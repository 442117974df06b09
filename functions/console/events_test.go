package console

import (
	"encoding/json"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

func TestTheCatalogOfEventsIsServed(t *testing.T) {
	t.Parallel()
	res, err := eventList("")
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Events []EventRow }
	if err := json.Unmarshal(res.Body, &out); err != nil || len(out.Events) == 0 {
		t.Fatalf("%v %.200s", err, res.Body)
	}
	for _, e := range out.Events {
		if e.Name == "" || e.Title == "" || len(e.RaisedBy) == 0 || e.HeardBy == nil {
			t.Errorf("%+v", e)
		}
	}
	res, err = eventList("ReturnReceived")
	if err != nil {
		t.Fatal(err)
	}
	var one flow.EventEntry
	if err := json.Unmarshal(res.Body, &one); err != nil || one.Payload == "" || one.Detail == nil || one.PutIn == nil {
		t.Errorf("%v %+v", err, one)
	}
	if _, err := eventList("OrderDanced"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}
