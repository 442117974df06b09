package inventory

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

// received stores an order that no location was chosen for.
func received(t *testing.T, k keeper, lines ...order.Line) string {
	t.Helper()
	const id = "ord_00000000000000000000000099"
	if _, _, err := k.orders.Create(ctx, id, "create", order.Document{Channel: "shop", ExternalID: id, Name: "#99", Lines: lines}, event.Event{Name: event.OrderReceived}); err != nil {
		t.Fatal(err)
	}
	return id
}

// shortOf checks an order and returns what is missing; nil when nothing is.
func shortOf(t *testing.T, k keeper, id string) []flow.Shortage {
	t.Helper()
	_, err := k.check(ctx, flow.StepInput{Order: id, Key: "check#0"})
	if err == nil {
		return nil
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != flow.OutOfStock {
		t.Fatalf("%v", err)
	}
	return f.Data.(short).Missing
}

func TestACheckSumsLinesAndLooksWhereTheyShipFrom(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	receipt(t, k, "1", "A", 5)
	id := assigned(t, k, 1, line("1", "A", 3), line("2", "A", 3), line("3", "B", 1), order.Line{ID: "4", SKU: "VOUCHER", Kind: order.Digital, Quantity: 9})
	want := []flow.Shortage{{SKU: "A", Location: "Chicago", Wanted: 6, OnHand: 5}, {SKU: "B", Location: "Chicago", Wanted: 1}}
	if diff := cmp.Diff(want, shortOf(t, k, id)); diff != "" {
		t.Error(diff)
	}
	receipt(t, k, "2", "A", 1)
	receipt(t, k, "3", "B", 1)
	if missing := shortOf(t, k, id); missing != nil {
		t.Errorf("missing although everything is there: %v", missing)
	}
	if level := stockOf(t, k, "A"); level.Free != 6 || level.Reserved != 0 {
		t.Errorf("a check took something: %+v", level)
	}
}

func TestALineWithoutALocationMayShipFromAnywhere(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	id := received(t, k, line("1", "A", 6))
	receipt(t, k, "1", "A", 4)
	if _, err := k.post(ctx, Posting{Key: "2", Lines: []demand{{"A", "Seattle", 1}}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]flow.Shortage{{SKU: "A", Wanted: 6, OnHand: 5}}, shortOf(t, k, id)); diff != "" {
		t.Error(diff)
	}
	receipt(t, k, "3", "A", 1)
	if missing := shortOf(t, k, id); missing != nil {
		t.Errorf("missing: %v", missing)
	}
}

func TestWhatTheOrderHoldsItselfIsNotMissing(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	receipt(t, k, "1", "A", 3)
	id := assigned(t, k, 1, line("1", "A", 3))
	if out, err := k.reserve(ctx, reserveInput(id)); err != nil || !out.Reserved {
		t.Fatalf("%+v %v", out, err)
	}
	if shortOf(t, k, id) == nil {
		t.Error("before the reservation is recorded the stock is gone")
	}
	happen(t, k, id, "reserved", event.OrderReserved)
	if missing := shortOf(t, k, id); missing != nil {
		t.Errorf("missing: %v", missing)
	}
}

func happen(t *testing.T, k keeper, id, key, name string) {
	t.Helper()
	r, err := k.orders.Load(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	e := event.Event{Name: name, Payload: fmt.Appendf(nil, `{"goods":%d,"id":"fo_1","location":"Chicago"}`, r.Status.Goods)}
	if name == event.FulfillmentOrderCreated {
		e.EntityID = "fo_1"
	}
	if _, err := k.orders.Change(ctx, id, key, "", func(*store.Record) (store.Change, error) { return store.Change{Events: []event.Event{e}}, nil }); err != nil {
		t.Fatal(err)
	}
}

func TestACheckOfACanceledOrderSaysSo(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	id := received(t, k, line("1", "A", 1))
	happen(t, k, id, "cancel", event.OrderCanceled)
	if _, err := k.check(ctx, flow.StepInput{Order: id}); !fault.Is(err, fault.OrderCanceled) {
		t.Errorf("%v", err)
	}
}

// A flow that gave stock back and was started again must not give back what a
// location ships by now.
func TestStockOfFulfillmentOrdersIsNotGivenBack(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	receipt(t, k, "1", "A", 3)
	id := assigned(t, k, 1, line("1", "A", 3))
	if out, err := k.reserve(ctx, reserveInput(id)); err != nil || !out.Reserved {
		t.Fatalf("%+v %v", out, err)
	}
	happen(t, k, id, "reserved", event.OrderReserved)
	happen(t, k, id, "created", event.FulfillmentOrderCreated)
	if _, err := k.release(ctx, id); !fault.Is(err, fault.NotTransitable) || stockOf(t, k, "A").Free != 0 {
		t.Errorf("%v, %+v", err, stockOf(t, k, "A"))
	}
	happen(t, k, id, "cancel", event.OrderCanceled)
	if out, err := k.release(ctx, id); err != nil || len(out.Released) != 1 || stockOf(t, k, "A").Free != 3 {
		t.Errorf("a canceled order: %+v %v", out, err)
	}
}
