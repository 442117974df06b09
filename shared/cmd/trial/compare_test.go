package trial_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/cmd/trial"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

// recorded is an order with a history.
func recorded(name string, state order.State, reason order.Reason, location string, events ...event.Event) trial.Recorded {
	r := ordered(name, "lab", "US", 110)
	id := "ord_" + strings.TrimPrefix(name, "#")
	r.Status = &order.Status{Order: id, State: state, Reason: reason, ReceivedAt: noon, Runs: map[string]int{"lab": 1},
		Lines: []order.LineStatus{{ID: "1", Location: location}}}
	for i := range events {
		events[i].OrderID, events[i].Seq = id, int64(i+1)
		if events[i].Entity == "" {
			events[i].Entity = event.Order
		}
		if events[i].EntityID == "" {
			events[i].EntityID = id
		}
	}
	r.Journal = []store.Entry{{Key: "all", Events: events}}
	return r
}

func TestWhatWouldHaveBeenDifferentIsTold(t *testing.T) {
	t.Parallel()
	r := recorded("#1", order.OnHold, order.ReasonBackorder, "Chicago",
		event.Event{Name: event.OrderReceived}, event.Event{Name: event.OrderHeaderValidated}, event.Event{Name: event.OrderLineValidated, Entity: event.Line, EntityID: "1"},
		event.Event{Name: event.OrderLinesValidated}, event.Event{Name: event.OrderCorrected}, event.Event{Name: event.OrderSourced}, event.Event{Name: event.OrderLineSourced, Entity: event.Line, EntityID: "1"},
		event.Event{Name: event.OrderReservationFailed}, event.Event{Name: event.OrderReservationFailed})
	o := tried(t, trial.Options{Flow: drawing(t, "lab"), Orders: []trial.Recorded{r}}).Orders[0]
	want := []string{
		"it ends as Completed / Fulfilled, not as On Hold / Backorder Hold",
		"line 1 ships from Seattle, not from Chicago",
		"order: OrderFulfilled, OrderReserved, OrderSentToFulfillment in addition",
		"order: 2 times OrderReservationFailed no more",
		"fulfillmentOrder fo_1-1: FulfillmentOrderCompleted, FulfillmentOrderCreated, FulfillmentOrderReleased, FulfillmentOrderReported, FulfillmentOrderSent, FulfillmentOrderShipped in addition",
	}
	if diff := cmp.Diff(want, o.Differences); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{event.OrderCorrected}, o.NotRepeated); diff != "" {
		t.Error(diff)
	}
	if o.Before == nil || o.Before.State != order.OnHold || len(o.Before.Flows) != 1 || o.Order != "ord_1" {
		t.Errorf("%+v", o.Before)
	}
}

func TestWhatPoliciesSetIsComparedToo(t *testing.T) {
	t.Parallel()
	r := recorded("#1", order.Completed, order.ReasonFulfilled, "Chicago")
	r.Document.Channel, r.Journal = "wholesale", nil
	r.Status.Priority, r.Status.Tags, r.Status.Attributes = 10, []string{"old"}, map[string]string{"reseller": "Ann"}
	o := tried(t, trial.Options{Flow: drawing(t, "wholesale"), Orders: []trial.Recorded{r}}).Orders[0]
	if diff := cmp.Diff([]string{"it is tagged wholesale, not old"}, o.Differences); diff != "" {
		t.Error(diff)
	}
}

func TestACancellationByTheChannelIsNotRepeated(t *testing.T) {
	t.Parallel()
	r := recorded("#1", order.Canceled, order.ReasonCanceled, "")
	r.Document.Canceled = &order.Cancellation{At: noon}
	o := tried(t, trial.Options{Flow: drawing(t, "lab"), Orders: []trial.Recorded{r}}).Orders[0]
	if o.State != order.Completed || len(o.Notes) != 1 || !strings.Contains(o.Notes[0], "the channel canceled") {
		t.Errorf("%s %v", o.State, o.Notes)
	}
}

// Conditions on the time see that of the order, also where orders lie years apart.
func TestEveryOrderHasItsOwnTime(t *testing.T) {
	t.Parallel()
	recent := json.RawMessage(`{"id":"ships-soon","version":1,"title":"T","kind":"filter","entity":"order","rules":[{"name":"r","when":{"field":"order.shipBy","operator":"within","value":"P2D"}}]}`)
	draft := strings.Replace(string(drawing(t, "lab")), `"lab-channel@1"`, `"lab-channel@1", "ships-soon@1"`, 1)
	var orders []trial.Recorded
	for i, name := range []string{"#1", "#2", "#3"} {
		o := ordered(name, "lab", "US", 110)
		o.Document.PlacedAt = noon.AddDate(i, 0, 0)
		ship := noon.AddDate(1, 0, 1)
		o.Document.ShipBy = &ship
		orders = append(orders, o)
	}
	r := tried(t, trial.Options{Flow: []byte(draft), Policies: []json.RawMessage{recent}, Orders: orders})
	for i, o := range r.Orders {
		if o.Enters != (i == 1) {
			t.Errorf("%s enters: %t", o.Name, o.Enters)
		}
	}
	if at := r.Orders[1].Path[0].At; !at.Equal(noon.AddDate(1, 0, 0)) {
		t.Errorf("it begins at %s", at)
	}
	plain := tried(t, trial.Options{Flow: drawing(t, "lab"), Orders: orders}) // all at once
	for i, o := range plain.Orders {
		if at := o.Path[0].At; !at.Equal(noon.AddDate(i, 0, 0)) {
			t.Errorf("%s begins at %s", o.Name, at)
		}
	}
}

// Every order that enters comes to an end or waits for something that is told,
// whatever is ordered and whatever the world answers.
func TestEveryOrderIsAccountedFor(t *testing.T) {
	t.Parallel()
	lab := drawing(t, "lab")
	rapid.Check(t, func(rt *rapid.T) {
		var orders []trial.Recorded
		for i := range rapid.IntRange(1, 4).Draw(rt, "orders") {
			quantities := rapid.SliceOfN(rapid.IntRange(1, 200), 0, 4).Draw(rt, "quantities")
			orders = append(orders, ordered("#"+string(rune('a'+i)), rapid.SampledFrom([]string{"lab", "web"}).Draw(rt, "channel"), rapid.SampledFrom([]string{"US", "CA", ""}).Draw(rt, "country"), quantities...))
		}
		answers := trial.Answers{}
		for _, step := range []string{"validate-header", "assign", "reserve", "send-seattle", "report"} {
			if !rapid.Bool().Draw(rt, step) {
				continue
			}
			answers[step] = trial.Answer{
				Failure:   &trial.Failure{Code: rapid.SampledFrom([]string{fault.Unavailable, fault.Refused, fault.Internal, "Order.Changed"}).Draw(rt, "code"), Times: rapid.IntRange(1, 8).Draw(rt, "times")},
				Exception: rapid.SampledFrom([]flow.Answer{"", flow.Reprocess, flow.Skip, flow.Cancel}).Draw(rt, "answer"),
			}
		}
		r, err := trial.Run(t.Context(), trial.Options{Flow: lab, Orders: orders, Answers: answers})
		if err != nil {
			rt.Fatal(err)
		}
		for _, o := range r.Orders {
			switch {
			case !o.Enters && (o.Path != nil || o.Run != ""):
				rt.Errorf("%s does not enter and goes on: %s", o.Name, path(o))
			case o.Enters && o.Run != "SUCCEEDED" && len(o.Waits) == 0:
				rt.Errorf("%s is %s and waits for nothing: %s", o.Name, o.Run, path(o))
			case o.Enters && o.Path[0].Step != "validate-header":
				rt.Errorf("%s begins at %s", o.Name, path(o))
			}
			agrees(rt, o)
		}
	})
}

// 1,000 orders of two fulfillment orders each.
func BenchmarkTrial(b *testing.B) {
	for b.Loop() {
		var orders []trial.Recorded
		for i := range 1000 {
			o := ordered("#"+time.Duration(i).String(), "lab", "US", 1+i%130, 110)
			orders = append(orders, o)
		}
		if r := tried(b, trial.Options{Flow: drawing(b, "lab"), Orders: orders}); r.Summary.Entered != 1000 {
			b.Fatal(r.Summary)
		}
	}
}
