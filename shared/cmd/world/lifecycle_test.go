package world_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order/store"
)

// tell tells a flow something over its route.
func tell(t *testing.T, w *world.World, path, body string) {
	t.Helper()
	if err := w.Post(t.Context(), path, nil, []byte(body)); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// found is the order of a sample.
func found(t *testing.T, w *world.World, s world.Sample) store.Record {
	t.Helper()
	d := w.Host.Deps()
	all, err := store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}.Resolve(t.Context(), s.Name)
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// happened lists the names of an order's events.
func happened(t *testing.T, w *world.World, s world.Sample) []string {
	t.Helper()
	d := w.Host.Deps()
	entries, err := store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}.Journal(t.Context(), found(t, w, s).Status.Order)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		for _, ev := range e.Events {
			names = append(names, ev.Name)
		}
	}
	return names
}

func place(t *testing.T, w *world.World, s world.Sample) {
	t.Helper()
	if err := w.Place(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

func sample(name string) world.Sample {
	all := world.Samples(start)
	return all[slices.IndexFunc(all, func(s world.Sample) bool { return s.Name == name })]
}

// One order is at the warehouse when the flow is paused, another one comes
// after. The parcel leaves meanwhile; the shop hears of it when the flow goes on.
func TestAPauseHoldsOrdersWhereTheyAreAndLosesNone(t *testing.T) {
	t.Parallel()
	w := open(t, world.Options{})
	first, second := sample("#L-10"), sample("#L-110")
	reports := func(s world.Sample) int {
		return len(w.Fakes.Shops[s.Shop].Fulfillments(gjson.GetBytes(s.Body, "id").String()))
	}
	place(t, w, first)
	if !w.Drive(t.Context(), 30*time.Minute, func() bool { return w.Fakes.Warehouse.Stats().Created == 1 }) {
		t.Fatal("the first order is not sent")
	}
	tell(t, w, "/api/flows/lab/pause", `{"by":"ann"}`)
	place(t, w, second)
	w.Drive(t.Context(), 5*time.Hour, func() bool { return false })
	r := found(t, w, first)
	if reports(first) != 0 || len(r.Status.OpenExceptions) != 0 || !slices.Contains(happened(t, w, first), event.FulfillmentOrderShipped) || len(r.Status.Waits) != 1 {
		t.Errorf("the first has shipped and waits to be reported: %d reports, %+v", reports(first), r.Status)
	}
	if r := found(t, w, second); len(r.Status.Runs) != 0 || w.Fakes.Warehouse.Stats().Created != 1 {
		t.Errorf("the second waits to enter: %+v", r.Status)
	}
	tell(t, w, "/api/flows/lab/resume", `{"rate":1}`)
	if !w.Drive(t.Context(), 5*time.Hour, func() bool { return reports(first) == 1 && reports(second) == 1 }) {
		t.Errorf("%d and %d reports", reports(first), reports(second))
	}
	w.Drive(t.Context(), time.Hour, func() bool { return false })
	if c, err := steer.Load(t.Context(), w.Host.Deps().Table, "lab"); err != nil || c.State != steer.Running || slices.Contains(happened(t, w, first), event.OrderExceptionRaised) {
		t.Errorf("%+v %v, %v", c, err, happened(t, w, first))
	}
}

// patient waits an hour, checks the order, and goes on whatever comes of it.
const patient = `{"format":"1.0","id":"patient","title":"Patient","type":"order","entry":{"event":"OrderReceived","filter":["lab-channel@1"],"alongside": ["lab", "order-to-fulfillment", "wholesale", "preorder-and-backorder", "marketplace-split"]},"start":"later","steps":[
 {"id":"later","name":"Later","type":"wait","for":"PT1H","next":"check"},
 {"id":"check","name":"Check","type":"validate-header","policies":["order-header@1"],"onFailure":"continue","next":"done"},
 {"id":"done","name":"Done","type":"end"}]}`

// A step that goes on when it fails holds in a pause like any other: it did not fail.
func TestAPauseIsNoFailureOfAStep(t *testing.T) {
	t.Parallel()
	w := open(t, world.Options{})
	tell(t, w, "/api/flows/lab/stop", `{}`)
	tell(t, w, "/api/flows/patient/publish", `{"flow":`+patient+`}`)
	s := sample("#L-10")
	place(t, w, s)
	w.Drive(t.Context(), 30*time.Minute, func() bool { return false })
	tell(t, w, "/api/flows/patient/pause", `{}`)
	w.Drive(t.Context(), 2*time.Hour, func() bool { return false })
	if r := found(t, w, s); len(r.Status.Waits) != 1 || len(happened(t, w, s)) != 1 {
		t.Errorf("%+v, %v", r.Status, happened(t, w, s))
	}
	tell(t, w, "/api/flows/patient/resume", `{}`)
	w.Drive(t.Context(), time.Hour, func() bool { return false })
	if diff := cmp.Diff([]string{event.OrderReceived, event.OrderHeaderValidated}, happened(t, w, s)); diff != "" {
		t.Error(diff)
	}
}

// A deployment reads the templates again and registers the repository's
// machines; what was published and told stays as it was.
func TestADeploymentLeavesWhatWasPublishedAlone(t *testing.T) {
	t.Parallel()
	o := world.Options{Dir: t.TempDir(), Clock: clock.NewManual(start)}
	w, end := life(t, o)
	tell(t, w, "/api/flows/lab/stop", `{"by":"ann"}`)
	for _, comment := range []string{"one", "two"} {
		tell(t, w, "/api/flows/patient/publish", `{"flow":`+patient+`,"comment":"`+comment+`"}`)
	}
	tell(t, w, "/api/flows/patient/rollback", `{}`)
	type state struct {
		Live     registry.Live
		Versions []registry.Version
		Lab      steer.Control
		Running  []string
	}
	look := func() (s state) {
		d := w.Host.Deps()
		var err error
		if s.Live, err = registry.New(d.Table).Flow(t.Context(), "patient"); err != nil {
			t.Fatal(err)
		}
		if s.Versions, err = registry.New(d.Table).Versions(t.Context(), "patient"); err != nil {
			t.Fatal(err)
		}
		if s.Lab, err = steer.Load(t.Context(), d.Table, "lab"); err != nil {
			t.Fatal(err)
		}
		s.Running, _, err = d.States.Executions(t.Context(), fn.ExecutionQuery{Machine: "flow-patient", Version: s.Live.Version})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := look()
	end()
	w, _ = life(t, o)
	after := look()
	if diff := cmp.Diff(before, after); diff != "" || len(after.Versions) != 3 || after.Live.RollbackOf != 1 || after.Lab.State != steer.Stopped {
		t.Errorf("%s%+v", diff, after)
	}
	s := sample("#L-10")
	place(t, w, s)
	w.Drive(t.Context(), time.Minute, func() bool { return false })
	if runs := found(t, w, s).Status.Runs; !cmp.Equal(runs, map[string]int{"patient": 1}) || len(look().Running) != 1 {
		text, _ := json.Marshal(look())
		t.Errorf("%v, %s", runs, text)
	}
}
