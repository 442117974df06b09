package shopify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/provider"
)

func tracked(numbers ...string) []order.Tracking {
	all := []order.Tracking{}
	for _, n := range numbers {
		all = append(all, order.Tracking{Number: n})
	}
	return all
}

func TestTheShopIsToldOfAShipment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.ordered(t, 110, 10)
	w.shipped(t, "1", []order.Tracking{{Number: "9400A", URL: "https://t.example/9400A"}, {Number: "9400B", URL: "https://t.example/9400B"}},
		line{Line: "1", Quantity: 60}, line{Line: "2", Quantity: 10})
	out, err := w.report(t, 1)
	if err != nil {
		t.Fatal(err)
	}
	told := w.shop.Fulfillments(externalID)
	want := []shopifytest.Fulfillment{{
		Location: "Shop location", Company: "USPS", Numbers: []string{"9400A", "9400B"}, URLs: []string{"https://t.example/9400A", "https://t.example/9400B"},
		Lines: []shopifytest.Line{{ID: "1", SKU: "MUG-BLUE", Quantity: 60}, {ID: "2", SKU: "MUG-BLUE", Quantity: 10}}, At: start,
	}}
	if diff := cmp.Diff(want, told, cmpopts.IgnoreFields(shopifytest.Fulfillment{}, "ID")); diff != "" {
		t.Fatal(diff)
	}
	if out.Shipment != 1 || out.ReportID != told[0].ID {
		t.Errorf("reported as %+v, the shop has %s", out, told[0].ID)
	}
}

// The next shipment of the same lines is one of its own, even with the same
// content: the first is recorded as reported.
func TestEachShipmentIsReportedOnce(t *testing.T) {
	t.Parallel()
	for name, trackings := range map[string][]order.Tracking{"tracked": tracked("SAME"), "untracked": {}} {
		w := newWorld(t, nil)
		w.ordered(t, 20)
		for number := 1; number <= 2; number++ {
			w.shipped(t, strconv.Itoa(number), trackings, line{Line: "1", Quantity: 10})
			out, err := w.report(t, number)
			if err != nil {
				t.Fatal(err)
			}
			again, err := w.report(t, number) // the machine did not hear the first answer
			if err != nil || again != out {
				t.Errorf("%s %d: reported again as %+v, %v; want %+v", name, number, again, err, out)
			}
			w.recorded(t, out)
			again, err = w.report(t, number)
			if err != nil || again != out {
				t.Errorf("%s %d: reported after it was recorded as %+v, %v; want %+v", name, number, again, err, out)
			}
		}
		if n := len(w.shop.Fulfillments(externalID)); n != 2 {
			t.Errorf("%s: the shop was told of %d shipments, want 2", name, n)
		}
	}
}

func TestALostAnswerTellsTheShopNothingTwice(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*world){
		"while the shop is down":          func(w *world) { w.shop.Fail(503, 1) },
		"while it throttles":              func(w *world) { w.shop.Throttle(1) },
		"when the first answer gets lost": func(w *world) { w.shop.FailAfter(502, 1) },
		"when the last answer gets lost":  func(w *world) { w.deps.HTTP = &flaky{shop: inProcess{w.shop}, nth: 2, after: true} },
	} {
		w := newWorld(t, nil)
		w.ordered(t, 10)
		w.shipped(t, "1", tracked("A", "B"), line{Line: "1", Quantity: 10})
		lose(&w)
		_, err := w.report(t, 1)
		code(t, name, err, fault.Unavailable, "")
		for err != nil {
			_, err = w.report(t, 1)
		}
		if s := w.shop.Stats(); s.Fulfillments != 1 || s.Refused != 0 {
			t.Errorf("%s: the shop counts %+v, want one fulfillment", name, s)
		}
	}
}

// Two attempts of one step at once: the one that comes second is refused by the
// shop, looks again, and finds its shipment there.
func TestTwoAttemptsAtOnceAreOneFulfillment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.ordered(t, 10)
	w.shipped(t, "1", tracked("A"), line{Line: "1", Quantity: 10})
	shop := inProcess{w.shop}
	var first order.Reported
	var firstErr error
	w.deps.HTTP = &between{shop: shop, nth: 2, do: func() {
		other := w
		other.deps.HTTP = shop
		first, firstErr = other.report(t, 1)
	}}
	second, err := w.report(t, 1)
	if err != nil || firstErr != nil || first != second || first.ReportID == "" {
		t.Errorf("%+v, %v and %+v, %v", first, firstErr, second, err)
	}
	if s := w.shop.Stats(); s.Fulfillments != 1 || s.Refused != 1 {
		t.Errorf("the shop counts %+v", s)
	}
}

// The shop takes a fulfillment only of one location, so a shipment can become
// several there; what it knows of them already is not told again.
func TestAShipmentCanCoverSeveralLocationsOfTheShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *shopifytest.Options) {
		o.Locate = func(l shopifytest.Line) []shopifytest.Part {
			return []shopifytest.Part{{Location: "Back room", Quantity: 4}, {Location: "Seattle", Quantity: l.Quantity - 4}}
		}
	})
	w.ordered(t, 10)
	w.shipped(t, "1", tracked("A"), line{Line: "1", Quantity: 3})
	if _, err := w.report(t, 1); err != nil {
		t.Fatal(err)
	}
	if told := w.shop.Fulfillments(externalID); len(told) != 1 || told[0].Location != "Seattle" {
		t.Fatalf("the location that shipped comes first: %+v", told)
	}
	w.shipped(t, "2", tracked("B"), line{Line: "1", Quantity: 7})
	reliable := w.deps.HTTP
	w.deps.HTTP = &flaky{shop: inProcess{w.shop}, nth: 3} // one request reads, two create
	_, err := w.report(t, 2)
	code(t, "half of it is told", err, fault.Unavailable, "")
	w.deps.HTTP = reliable
	out, err := w.report(t, 2)
	if err != nil {
		t.Fatal(err)
	}
	told := w.shop.Fulfillments(externalID)
	sum := 0
	for _, f := range told[1:] {
		sum += f.Lines[0].Quantity
	}
	if len(told) != 3 || sum != 7 || out.ReportID != told[1].ID+","+told[2].ID {
		t.Errorf("reported as %+v, the shop has %+v", out, told)
	}
}

func TestWhatSomebodyElseFulfilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.ordered(t, 10)
	if err := w.shop.FulfillByHand(externalID, "A", shopifytest.Line{ID: "1", Quantity: 10}); err != nil {
		t.Fatal(err)
	}
	w.shipped(t, "1", tracked("A"), line{Line: "1", Quantity: 10})
	out, err := w.report(t, 1)
	if known := w.shop.Fulfillments(externalID); err != nil || len(known) != 1 || out.ReportID != known[0].ID {
		t.Errorf("a person entered the same parcel: %+v, %v", out, err)
	}

	w = newWorld(t, nil)
	w.ordered(t, 10)
	if err := w.shop.FulfillByHand(externalID, "OTHER", shopifytest.Line{ID: "1", Quantity: 4}); err != nil {
		t.Fatal(err)
	}
	w.shipped(t, "1", tracked("A"), line{Line: "1", Quantity: 10})
	_, err = w.report(t, 1)
	code(t, "other parcels", err, fault.Refused, "line 1: 10 shipped, 6 open in the shop")
	code(t, "other parcels", err, fault.Refused, "1 IN_PROGRESS")
	if n := len(w.shop.Fulfillments(externalID)); n != 1 {
		t.Errorf("the shop was told of %d shipments", n)
	}
}

func TestRefusalsOfTheShop(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare    func(*testing.T, *world)
		code, text string
	}{
		"on hold": {func(_ *testing.T, w *world) { w.shop.Hold(externalID, true) }, fault.Refused, "1 ON_HOLD"},
		"unknown order": {func(_ *testing.T, w *world) {
			w.deps.HTTP = inProcess{shopifytest.New(shopifytest.Options{Clock: w.clock, AccessToken: "token"})}
		}, fault.Refused, externalID},
		"canceled": {func(t *testing.T, w *world) {
			at := start.Add(time.Hour)
			if err := w.shop.Add(shopifytest.Document(shopifytest.OrderSpec{Name: "#1001", ExternalID: externalID, CreatedAt: start, UpdatedAt: at, CanceledAt: &at})); err != nil {
				t.Fatal(err)
			}
		}, fault.Refused, "10 shipped, 0 open"},
		"wrong token": {func(_ *testing.T, w *world) { w.deps.Secrets = secrets{"t": "other"} }, fault.Refused, "Invalid API key"},
		"no token":    {func(t *testing.T, w *world) { w.install(t, func(in *provider.Instance) { in.Secrets = nil }) }, fault.Misconfigured, "secrets.accessToken"},
		"wrong version": {func(t *testing.T, w *world) {
			w.install(t, func(in *provider.Instance) { in.Parameters["apiVersion"] = "1999-13" })
		}, fault.Refused, "404"},
	} {
		w := newWorld(t, nil)
		w.ordered(t, 10)
		w.shipped(t, "1", tracked("A"), line{Line: "1", Quantity: 10})
		c.prepare(t, &w)
		_, err := w.report(t, 1)
		code(t, name, err, c.code, c.text)
	}
	w := newWorld(t, nil)
	w.ordered(t, 10)
	_, err := w.report(t, 0)
	code(t, "no shipment", err, fault.Invalid, "shipment")
	_, err = run[order.Reported](t, w.deps, CreateFulfillment, CreateFulfillment.Example)
	code(t, "the example, on a fresh system", err, fault.NotFound, exampleOrder)
}

// What the API answers with status 200 is a failure all the same.
func TestErrorsOfTheAPI(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ answer, code, text string }{
		{`{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}`, fault.Unavailable, "Throttled"},
		{`{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`, fault.Unavailable, "Internal error"},
		{`{"errors":[{"message":"Access denied for order field","extensions":{"code":"ACCESS_DENIED"}}],"data":{"order":null}}`, fault.Refused, "scopes"},
		{`{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}},{"message":"Field 'x' doesn't exist"}]}`, fault.Refused, "doesn't exist"},
		{`{"errors":"Not Found"}`, fault.Refused, "Not Found"},
		{`{"data":{"order":7}}`, fault.Refused, "not what was asked"},
		{`[]`, fault.Refused, "not the expected JSON"},
		{`{"data":{"order":{"fulfillments":[` + strings.TrimSuffix(strings.Repeat(`{"id":"gid://shopify/Fulfillment/1"},`, maxFulfillments), ",") + `]}}}`, fault.Refused, "100 or more"},
		{`{"data":{"order":{"fulfillmentOrders":{"pageInfo":{"hasNextPage":true}}}}}`, fault.TooLarge, "100 pages"},
	} {
		w := newWorld(t, nil)
		w.ordered(t, 10)
		w.shipped(t, "1", tracked("A"), line{Line: "1", Quantity: 10})
		w.deps.HTTP = constant(c.answer)
		_, err := w.report(t, 1)
		code(t, c.answer[:min(len(c.answer), 60)], err, c.code, c.text)
	}
}

func TestUserErrorsAreARefusal(t *testing.T) {
	t.Parallel()
	s := shop{record: "ord_1"}
	err := s.refused("fulfillmentCreate", []userError{{[]string{"fulfillment", "trackingInfo"}, "is wrong"}, {nil, "so is this"}})
	code(t, "user errors", err, fault.Refused, "fulfillment.trackingInfo: is wrong; so is this")
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Field != "fulfillment.trackingInfo" || f.Record != "ord_1" {
		t.Errorf("%#v", err)
	}
	if err := s.refused("fulfillmentCreate", nil); err != nil {
		t.Error(err)
	}
}

// Pages of the shop are small; nothing is missed because of that.
func TestManyLinesAndLocations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *shopifytest.Options) {
		o.PageSize = 2
		o.Locate = func(l shopifytest.Line) []shopifytest.Part {
			all := make([]shopifytest.Part, l.Quantity)
			for i := range all {
				all[i] = shopifytest.Part{Location: fmt.Sprint("Place ", i), Quantity: 1}
			}
			return all
		}
	})
	w.ordered(t, 3, 3, 3, 3, 3)
	var lines []line
	for i := range 5 {
		lines = append(lines, line{Line: strconv.Itoa(i + 1), Quantity: 3})
	}
	w.shipped(t, "1", tracked("A"), lines...)
	out, err := w.report(t, 1)
	if err != nil || len(w.shop.Fulfillments(externalID)) != 3 {
		t.Fatalf("%+v, %v, %d fulfillments", out, err, len(w.shop.Fulfillments(externalID)))
	}
	again, err := w.report(t, 1)
	if err != nil || again != out || len(w.shop.Fulfillments(externalID)) != 3 {
		t.Errorf("again %+v, %v; want %+v", again, err, out)
	}
}

func TestCarriersAreNamedAsTheShopDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for carrier, want := range map[string]string{"": "", "stamps_com": "USPS", "UPS": "UPS", "Dhl_Express": "DHL Express", "Bob's Vans": "Bob's Vans"} {
		c := provider.Call{Instance: provider.Instance{MappingGroup: "demo"}, Shipment: &order.ShipmentRecord{Carrier: carrier}, Deps: w.deps}
		if got, err := company(t.Context(), c); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", carrier, got, err, want)
		}
	}
	if err := provider.SaveMapping(t.Context(), w.deps.Table, "demo", "carrier", map[string]string{"ups": "UPS Mail"}); err != nil {
		t.Fatal(err)
	}
	c := provider.Call{Instance: provider.Instance{MappingGroup: "demo"}, Shipment: &order.ShipmentRecord{Carrier: "ups"}, Deps: w.deps}
	if got, err := company(context.Background(), c); err != nil || got != "UPS Mail" {
		t.Errorf("the mapping group says UPS Mail: %q, %v", got, err)
	}
}

func TestTheCustomerIsNotifiedOnRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.ordered(t, 2)
	w.shipped(t, "1", tracked("A"), line{Line: "1", Quantity: 2})
	_, err := run[order.Reported](t, w.deps, CreateFulfillment, flow.ActionInput{
		StepInput: flow.StepInput{Order: orderID, Step: "report", Key: "k", FulfillmentOrder: foID}, Instance: "channel", Shipment: 1,
		Parameters: json.RawMessage(`{"notifyCustomer":true}`),
	})
	if told := w.shop.Fulfillments(externalID); err != nil || len(told) != 1 || !told[0].Notified {
		t.Errorf("%+v, %v", told, err)
	}
}
