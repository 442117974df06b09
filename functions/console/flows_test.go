package console

import (
	"encoding/json"
	"testing"

	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/flow/steer"
)

func (w world) published(documents ...string) {
	w.t.Helper()
	for _, doc := range documents {
		if _, err := registry.New(w.deps.Table).Release(w.t.Context(), nil, registry.Version{Flow: "mine", Title: "Mine", Event: "OrderReceived", Machine: "flow-mine", ARN: "arn:" + doc, At: start, By: "ann", Document: json.RawMessage(doc)}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestAFlowShowsWhatItWasToldAndWhoWaits(t *testing.T) {
	w := newWorld(t)
	w.published(`{"v":1}`)
	c, ok, err := steer.Save(t.Context(), w.deps.Table, steer.Control{Flow: "mine", State: steer.Paused, Rate: 3, By: "ann", At: start})
	if err != nil || !ok {
		t.Fatal(err)
	}
	if ok, err := steer.Enqueue(t.Context(), w.deps.Table, c, steer.Entry{Order: "ord_1", At: start}); err != nil || !ok {
		t.Fatal(err)
	}
	var d FlowDetail
	w.read(&d, "/api/flows/{id}", nil, "id", "mine")
	if d.Owner != "console" || d.Control.State != steer.Paused || d.Control.Rate != 3 || len(d.Queue) != 1 || d.Queue[0].Order != "ord_1" || len(d.Steps)+len(d.LeftOut) != 0 {
		t.Errorf("%+v", d)
	}
	var list struct {
		Flows []FlowRow `json:"flows"`
	}
	w.read(&list, "/api/flows", nil)
	for _, row := range list.Flows {
		if row.Live.ID == "lab" && (row.Owner != "repository" || row.Control.State != steer.Running) {
			t.Errorf("%+v", row)
		}
	}
	if last := list.Flows[len(list.Flows)-1]; last.Live.ID != "mine" || last.Control.State != steer.Paused {
		t.Errorf("%+v", last)
	}
}

func TestVersionsOfAFlowAreListedAndShown(t *testing.T) {
	w := newWorld(t)
	w.published(`{"v":1}`, `{"v":2}`)
	var list struct {
		Versions []registry.Version `json:"versions"`
	}
	w.read(&list, "/api/flows/{id}/versions", nil, "id", "mine")
	if len(list.Versions) != 2 || list.Versions[1].By != "ann" || list.Versions[1].Document != nil {
		t.Errorf("%+v", list)
	}
	var v registry.Version
	w.read(&v, "/api/flows/{id}/versions/{number}", nil, "id", "mine", "number", "1")
	if v.Number != 1 || string(v.Document) != `{"v":1}` {
		t.Errorf("%+v %s", v, v.Document)
	}
	for number, want := range map[string]int{"3": 404, "0": 404, "x": 400} {
		if r := w.get("/api/flows/{id}/versions/{number}", nil, "id", "mine", "number", number); r.status != want {
			t.Errorf("%s: %d %s", number, r.status, r.body)
		}
	}
}
