package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/stock"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var ctx = context.Background()

// cleaner is what *testing.T and *rapid.T have in common.
type cleaner interface {
	Helper()
	Fatalf(string, ...any)
	Cleanup(func())
}

func newKeeper(t cleaner, dir string) keeper {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatalf("%v", err)
	}
	db, err := sqlite.Open(ctx, filepath.Join(dir, "t.db"), c)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return keeper{db, store.Store{Table: db, Now: c.Now}, c.Now}
}

// assigned stores an order whose lines are assigned to Chicago.
func assigned(t cleaner, k keeper, n int, lines ...order.Line) string {
	t.Helper()
	id := fmt.Sprintf("ord_%026d", n)
	doc := order.Document{Channel: "shop", ExternalID: id, Name: "#1", Lines: lines}
	if _, _, err := k.orders.Create(ctx, id, "create", doc, event.Event{Name: event.OrderReceived}); err != nil {
		t.Fatalf("create: %v", err)
	}
	var p order.Sourced
	for _, l := range lines {
		p.Assignments = append(p.Assignments, order.Assignment{Line: l.ID, SKU: l.SKU, Quantity: l.Quantity, Location: "Chicago"})
	}
	payload, _ := json.Marshal(p)
	if _, err := k.orders.Change(ctx, id, "assign", "assign", func(*store.Record) (store.Change, error) {
		return store.Change{Events: []event.Event{{Name: event.OrderSourced, Payload: payload}}}, nil
	}); err != nil {
		t.Fatalf("assign: %v", err)
	}
	return id
}

func line(id, sku string, quantity int) order.Line {
	return order.Line{ID: id, SKU: sku, Kind: order.Physical, Quantity: quantity}
}

func reserveInput(id string) flow.ReserveInput {
	return flow.ReserveInput{StepInput: flow.StepInput{Order: id, Key: "reserve#0"}, Signal: flow.StockSignalName("reserve#0")}
}

func receipt(t cleaner, k keeper, key, sku string, quantity int) {
	t.Helper()
	if _, err := k.post(ctx, Posting{Key: key, Lines: []demand{{sku, "Chicago", quantity}}}); err != nil {
		t.Fatalf("post: %v", err)
	}
}

func stockOf(t cleaner, k keeper, sku string) stock.Level {
	t.Helper()
	levels, err := stock.Levels(ctx, k.table, sku)
	if err != nil || len(levels) != 1 {
		t.Fatalf("levels: %v %v", levels, err)
	}
	return levels[0]
}

func TestReserveTakesAllLinesOrNone(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	receipt(t, k, "r1", "A", 10)
	receipt(t, k, "r2", "B", 1)
	id := assigned(t, k, 1, line("1", "A", 4), line("2", "B", 2), line("3", "A", 1))
	got, err := k.reserve(ctx, reserveInput(id))
	if err != nil || got.Reserved || len(got.Missing) != 1 || got.Missing[0] != (flow.Shortage{SKU: "B", Location: "Chicago", Wanted: 2, OnHand: 1}) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if s := stockOf(t, k, "A"); s.Free != 10 || s.Reserved != 0 {
		t.Errorf("nothing may be reserved: %+v", s)
	}
	receipt(t, k, "r3", "B", 1)
	for range 2 { // the second time finds it reserved already
		if got, err = k.reserve(ctx, reserveInput(id)); err != nil || !got.Reserved {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	if s := stockOf(t, k, "A"); s.Free != 5 || s.Reserved != 5 || s.OnHand != 10 {
		t.Errorf("A: %+v", s)
	}
}

func TestReceiptWakesTheOrderThatWaits(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	receipt(t, k, "r1", "A", 100)
	id := assigned(t, k, 1, line("1", "A", 110))
	if got, err := k.reserve(ctx, reserveInput(id)); err != nil || got.Reserved {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := k.table.Write(ctx, rendezvous.Wait(id, flow.StockSignalName("reserve#0"), "token", k.now())); err != nil {
		t.Fatal(err)
	}
	met := func() bool {
		item, err := k.table.Get(ctx, table.Key{PK: "RV#" + id, SK: flow.StockSignalName("reserve#0")})
		if err != nil {
			t.Fatal(err)
		}
		_, ok := rendezvous.Met(item)
		return ok
	}
	receipt(t, k, "r2", "A", 9)
	if met() {
		t.Fatal("109 free do not serve an order of 110")
	}
	receipt(t, k, "r3", "A", 1)
	if !met() {
		t.Fatal("the receipt that makes 110 free must wake the order")
	}
}

// An order that waits for two products must not block the others that wait for
// one of them.
func TestStockThatOneOrderCannotUseIsOfferedToTheNext(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	both := assigned(t, k, 1, line("1", "A", 1), line("2", "B", 1))
	one := assigned(t, k, 2, line("1", "A", 1))
	for _, id := range []string{both, one} {
		if got, err := k.reserve(ctx, reserveInput(id)); err != nil || got.Reserved {
			t.Fatalf("%+v %v", got, err)
		}
	}
	receipt(t, k, "a", "A", 1)
	if !woken(t, k, both) || woken(t, k, one) {
		t.Fatal("the oldest order is woken first, and only it")
	}
	in := reserveInput(both)
	if got, err := k.reserve(ctx, in); err != nil || got.Reserved {
		t.Fatalf("%+v %v", got, err)
	}
	if !woken(t, k, one) {
		t.Fatal("A is free and nobody knows")
	}
}

// woken reports whether the order was told that stock may have arrived.
func woken(t *testing.T, k keeper, id string) bool {
	t.Helper()
	item, err := k.table.Get(ctx, table.Key{PK: "RV#" + id, SK: flow.StockSignalName("reserve#0")})
	if err != nil {
		t.Fatal(err)
	}
	return item != nil
}

// waits queues an order that finds too little.
func waits(t *testing.T, k keeper, id string) {
	t.Helper()
	if got, err := k.reserve(ctx, reserveInput(id)); err != nil || got.Reserved {
		t.Fatalf("%+v %v", got, err)
	}
}

// meddler does something right after the first write to a rendezvous.
type meddler struct {
	table.Table
	then func()
}

func (m *meddler) Write(ctx context.Context, op table.Op) (table.Item, error) {
	item, err := m.Table.Write(ctx, op)
	if do := m.then; do != nil && strings.HasPrefix(op.Key.PK, "RV#") {
		m.then = nil
		do()
	}
	return item, err
}

// An order that is woken can look, find too little and queue again before the
// one who woke it is done. It must not be forgotten then.
func TestAnOrderThatQueuesAgainAtOnceIsNotForgotten(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	id := assigned(t, k, 1, line("1", "A", 5))
	waits(t, k, id)
	again := reserveInput(id)
	again.Key, again.Signal = "reserve#1", flow.StockSignalName("reserve#1")
	other := assigned(t, k, 2, line("1", "A", 5))
	waker := k
	waker.table = &meddler{k.table, func() {
		if got, err := k.reserve(ctx, reserveInput(other)); err != nil || !got.Reserved { // faster than the one woken
			t.Errorf("%+v %v", got, err)
		}
		if got, err := k.reserve(ctx, again); err != nil || got.Reserved {
			t.Errorf("%+v %v", got, err)
		}
	}}
	receipt(t, waker, "five", "A", 5)
	receipt(t, k, "five more", "A", 5)
	item, err := k.table.Get(ctx, table.Key{PK: "RV#" + id, SK: again.Signal})
	if err != nil || item == nil {
		t.Errorf("5 are free and nobody knows: %v", err)
	}
}

// What is too little for the order that was woken is enough for a later one.
func TestWhatIsLeftOfStockIsOfferedWhenALargeOrderWaitsOn(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	first, large, small := assigned(t, k, 1, line("1", "A", 10)), assigned(t, k, 2, line("1", "A", 15)), assigned(t, k, 3, line("1", "A", 5))
	for _, id := range []string{first, large, small} {
		waits(t, k, id)
	}
	receipt(t, k, "ten", "A", 10) // wakes the first
	receipt(t, k, "five", "A", 5) // 15 are free now: wakes the large one
	if got, err := k.reserve(ctx, reserveInput(first)); err != nil || !got.Reserved || woken(t, k, small) {
		t.Fatalf("%+v %v", got, err)
	}
	waits(t, k, large)
	if !woken(t, k, small) {
		t.Error("5 are free and nobody knows")
	}
}

// An order that does not wait any more takes no share of what arrives.
func TestAnOrderThatChangedOrStoppedWaitingTakesNoShare(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*store.Record) store.Change{
		"canceled": func(*store.Record) store.Change {
			return store.Change{Events: []event.Event{{Name: event.OrderCanceled}}}
		},
		"changed": func(r *store.Record) store.Change {
			r.Status.Goods++
			return store.Change{Events: []event.Event{{Name: event.OrderChanged}}}
		},
		"at an exception": func(r *store.Record) store.Change {
			r.Status.OpenExceptions = []string{"exc_1"}
			return store.Change{Events: []event.Event{{Name: event.OrderExceptionRaised}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeeper(t, t.TempDir())
			first, next := assigned(t, k, 1, line("1", "A", 5)), assigned(t, k, 2, line("1", "A", 5))
			waits(t, k, first)
			waits(t, k, next)
			if _, err := k.orders.Change(ctx, first, "change", "", func(r *store.Record) (store.Change, error) { return change(r), nil }); err != nil {
				t.Fatal(err)
			}
			receipt(t, k, "five", "A", 5)
			if !woken(t, k, next) {
				t.Error("the next one was not woken")
			}
		})
	}
}

// Stock that was taken for what an order asked for before is exchanged for what
// it asks for now.
func TestAnOrderThatChangedWhileItsStockWasTakenHoldsWhatItNeedsNow(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	receipt(t, k, "r", "A", 10)
	id := assigned(t, k, 1, line("1", "A", 8))
	if got, err := k.reserve(ctx, reserveInput(id)); err != nil || !got.Reserved {
		t.Fatalf("%+v %v", got, err)
	}
	change := func(quantity int) { // before anybody was told that stock is reserved
		t.Helper()
		if _, err := k.orders.Change(ctx, id, fmt.Sprint("change ", quantity), "", func(r *store.Record) (store.Change, error) {
			r.Document.Lines[0].Quantity = quantity
			r.Status.SetLines(&r.Document)
			r.Status.Goods++
			return store.Change{Document: true, Events: []event.Event{{Name: event.OrderChanged}}}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	change(3)
	if _, err := k.reserve(ctx, reserveInput(id)); !fault.Is(err, fault.OrderChanged) {
		t.Fatalf("nobody chose a location for the goods as they are now: %v", err)
	}
	if _, err := k.orders.Change(ctx, id, "source", "", func(r *store.Record) (store.Change, error) {
		r.Status.Sourced = r.Status.Goods
		return store.Change{Outcome: 1}, nil
	}); err != nil {
		t.Fatal(err)
	}
	if got, err := k.reserve(ctx, reserveInput(id)); err != nil || !got.Reserved || got.Goods != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	if s := stockOf(t, k, "A"); s.Reserved != 3 || s.Free != 7 {
		t.Errorf("%+v", s)
	}
}

// A release that ended between giving back and waking the next one is tried
// again, when there is nothing left to give back.
func TestReleasedStockIsOfferedAlsoByARepeatedRelease(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	receipt(t, k, "r1", "A", 1)
	first, next := assigned(t, k, 1, line("1", "A", 1)), assigned(t, k, 2, line("1", "A", 1))
	if got, err := k.reserve(ctx, reserveInput(first)); err != nil || !got.Reserved {
		t.Fatalf("%+v %v", got, err)
	}
	if got, err := k.reserve(ctx, reserveInput(next)); err != nil || got.Reserved {
		t.Fatalf("%+v %v", got, err)
	}
	if _, err := k.orders.Change(ctx, first, "cancel", "", func(*store.Record) (store.Change, error) {
		return store.Change{Events: []event.Event{{Name: event.OrderCanceled}}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	if released, err := k.giveBack(ctx, first); err != nil || len(released) != 1 {
		t.Fatalf("%v %v", released, err)
	}
	if out, err := k.release(ctx, first); err != nil || len(out.Released) != 0 {
		t.Fatalf("%+v %v", out, err)
	}
	item, err := k.table.Get(ctx, table.Key{PK: "RV#" + next, SK: flow.StockSignalName("reserve#0")})
	if err != nil || item == nil {
		t.Errorf("the next order was not woken: %v", err)
	}
	if s := stockOf(t, k, "A"); s.Free != 1 || s.Reserved != 0 {
		t.Errorf("%+v", s)
	}
}

func TestPostingCountsOnce(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	receipt(t, k, "same", "A", 5)
	receipt(t, k, "same", "A", 5)
	if s := stockOf(t, k, "A"); s.OnHand != 5 {
		t.Errorf("posted twice: %+v", s)
	}
	_, err := k.post(ctx, Posting{Key: "minus", Lines: []demand{{"A", "Chicago", -6}}})
	if fault.Code(err) != fault.Conflict {
		t.Errorf("taking 6 of 5 must be refused, got %v", err)
	}
	if _, err := k.post(ctx, Posting{Key: "minus2", Lines: []demand{{"A", "Chicago", -5}}}); err != nil {
		t.Error(err)
	}
}

func TestPostingNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	for name, in := range map[string]Posting{
		"key":     {Lines: []demand{{"A", "Chicago", 1}}},
		"lines":   {Key: "k"},
		"lines.1": {Key: "k", Lines: []demand{{"A", "Chicago", 1}, {"A", "", 1}}},
		"lines.0": {Key: "k", Lines: []demand{{"A", "Chicago", 0}}},
	} {
		_, err := k.post(ctx, in)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Field != name {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestShippingTakesGoodsOffTheBooksOnce(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	receipt(t, k, "r1", "A", 10)
	id := assigned(t, k, 1, line("1", "A", 4))
	if got, err := k.reserve(ctx, reserveInput(id)); err != nil || !got.Reserved {
		t.Fatalf("%+v %v", got, err)
	}
	fo := order.FulfillmentOrderID(id, 1)
	payload, _ := json.Marshal(order.FulfillmentOrder{ID: fo, Location: "Chicago", Lines: []order.FulfillmentLine{{Line: "1", Quantity: 4}}})
	if _, err := k.orders.Change(ctx, id, "plan", "plan", func(*store.Record) (store.Change, error) {
		return store.Change{Events: []event.Event{{Name: event.FulfillmentOrderCreated, EntityID: fo, Payload: payload}}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	sh, _ := json.Marshal(order.Shipment{ExternalID: "s1", Lines: []order.ShipmentLine{{Line: "1", Quantity: 3}}})
	for range 3 {
		if err := k.ship(ctx, event.Event{Name: event.FulfillmentOrderShipped, OrderID: id, EntityID: fo, Payload: sh}); err != nil {
			t.Fatal(err)
		}
	}
	if s := stockOf(t, k, "A"); s.OnHand != 7 || s.Reserved != 1 || s.Free != 6 {
		t.Errorf("after 3 of 4 shipped: %+v", s)
	}
}

func TestAnOrderOfManyProductsIsReservedInPartsButAllOrNothing(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	var lines []order.Line
	posting := Posting{Key: "all"}
	for i := range 3*chunkSize + 7 {
		sku := fmt.Sprintf("S%d", i)
		lines = append(lines, line(fmt.Sprint(i), sku, 1))
		if i != 2*chunkSize+3 {
			posting.Lines = append(posting.Lines, demand{sku, "Chicago", 1})
		}
	}
	if _, err := k.post(ctx, posting); err != nil {
		t.Fatal(err)
	}
	id := assigned(t, k, 1, lines...)
	got, err := k.reserve(ctx, reserveInput(id))
	if err != nil || got.Reserved || len(got.Missing) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if s := stockOf(t, k, "S0"); s.Free != 1 {
		t.Errorf("an earlier part stays reserved: %+v", s)
	}
	receipt(t, k, "last", fmt.Sprintf("S%d", 2*chunkSize+3), 1)
	if got, err = k.reserve(ctx, reserveInput(id)); err != nil || !got.Reserved {
		t.Fatalf("got %+v, %v", got, err)
	}
}

// However reservations, releases and receipts interleave: free is never
// negative, nothing is sold twice and nothing is lost.
func TestStockAddsUpUnderConcurrency(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		k := newKeeper(rt, filepath.Join(dir, fmt.Sprint(n)))
		total := rapid.IntRange(1, 12).Draw(rt, "stock")
		receipt(rt, k, "r", "A", total)
		wants := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 8).Draw(rt, "orders")
		releases := rapid.SliceOfN(rapid.Bool(), len(wants), len(wants)).Draw(rt, "release")
		var wg sync.WaitGroup
		held := make([]int, len(wants))
		for i, q := range wants {
			id := assigned(rt, k, i, line("1", "A", q))
			wg.Go(func() {
				got, err := k.reserve(ctx, reserveInput(id))
				if err != nil {
					rt.Errorf("reserve: %v", err)
				}
				if got.Reserved && releases[i] {
					if _, err := k.giveBack(ctx, id); err != nil {
						rt.Errorf("release: %v", err)
					}
				} else if got.Reserved {
					held[i] = q
				}
			})
		}
		wg.Wait()
		sum := 0
		for _, h := range held {
			sum += h
		}
		s := stockOf(rt, k, "A")
		if s.Free < 0 || s.Reserved != int64(sum) || s.Free+s.Reserved != int64(total) || s.OnHand != int64(total) {
			rt.Fatalf("stock %+v, held %v of %d", s, held, total)
		}
	})
}

func TestEveryExampleRunsOnAFreshTable(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, t.TempDir())
	d := fn.Deps{Table: k.table, Clock: clock.NewManual(k.now())}
	for _, f := range []fn.Function{Post, Reserve, Release, Ship} {
		input, err := json.Marshal(f.Example)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.New(d)(ctx, input)
		if code := fault.Code(err); code != "" && code != fault.NotFound {
			t.Errorf("%s: %v", f.ID, err)
		}
	}
}
