package sourcing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

const id = "ord_1"

var ctx = context.Background()

func newAssigner(t *testing.T) (assigner, fn.Deps) {
	t.Helper()
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "t.db"), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return assigner{store.Store{Table: db, Now: c.Now}, registry.New(db)}, fn.Deps{Table: db, Clock: c}
}

func (a assigner) create(t *testing.T, first []event.Event, lines ...order.Line) {
	t.Helper()
	doc := order.Document{Channel: "shop", ExternalID: "1", Name: "#1001", Lines: lines}
	if _, _, err := a.orders.Create(ctx, id, "create", doc, append([]event.Event{{Name: event.OrderReceived}}, first...)...); err != nil {
		t.Fatal(err)
	}
}

func line(id string, kind order.Kind, quantity int) order.Line {
	return order.Line{ID: id, SKU: "SKU" + id, Kind: kind, Quantity: quantity}
}

func input(policies ...string) flow.AssignInput {
	return flow.AssignInput{StepInput: flow.StepInput{Order: id, Step: "assign", Key: "assign#0"}, Policies: policies}
}

// Scenarios 1, 2 and 5: 100 or more from Seattle, less from Chicago.
func TestEachShippableLineGetsItsLocationAndTheReason(t *testing.T) {
	a, _ := newAssigner(t)
	a.create(t, nil, line("1", order.Physical, 110), line("2", order.Digital, 1), line("3", order.Physical, 10), line("4", order.Physical, 100))
	before, err := a.orders.Load(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out, err := a.assign(ctx, input("lab-assignment@1"))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, as := range out.Assignments {
			got[as.Line] = fmt.Sprint(as.SKU, " ", as.Quantity, " ", as.Location)
			if !strings.Contains(string(as.Why), "lab-assignment") {
				t.Errorf("line %s: why %s", as.Line, as.Why)
			}
		}
		if diff := cmp.Diff(map[string]string{"1": "SKU1 110 Seattle", "3": "SKU3 10 Chicago", "4": "SKU4 100 Seattle"}, got); diff != "" {
			t.Error(diff)
		}
	}
	// It decides; the machine's next state applies the decision.
	if after, err := a.orders.Load(ctx, id); err != nil || after.Status.Version != before.Status.Version {
		t.Errorf("%+v %v", after.Status, err)
	}
}

func policyDoc(id, operator string, quantity int, location string) []byte {
	return fmt.Appendf(nil, `{"id":%q,"version":1,"title":%q,"kind":"execution","criticality":"information","entity":"line","rules":[
		{"name":"r","when":{"field":"line.quantity","operator":%q,"value":%d},"then":[{"set":"line.location","value":%q}]}]}`, id, id, operator, quantity, location)
}

func TestTheFirstPolicyThatNamesALocationDecides(t *testing.T) {
	a, _ := newAssigner(t)
	for _, doc := range [][]byte{policyDoc("big", "atLeast", 100, "Seattle"), policyDoc("any", "atLeast", 1, "Chicago")} {
		if _, err := a.registry.SavePolicy(ctx, doc); err != nil {
			t.Fatal(err)
		}
	}
	a.create(t, nil, line("1", order.Physical, 110), line("2", order.Physical, 10))
	for _, c := range []struct{ policies, want []string }{
		{[]string{"big@1", "any@1"}, []string{"Seattle", "Chicago"}},
		{[]string{"any@1", "big@1"}, []string{"Chicago", "Chicago"}},
	} {
		out, err := a.assign(ctx, input(c.policies...))
		if err != nil {
			t.Fatal(err)
		}
		if got := []string{out.Assignments[0].Location, out.Assignments[1].Location}; !cmp.Equal(got, c.want) {
			t.Errorf("%v: %v", c.policies, got)
		}
	}
}

func TestALineWithoutALocationFailsByName(t *testing.T) {
	a, _ := newAssigner(t)
	if _, err := a.registry.SavePolicy(ctx, policyDoc("big", "atLeast", 100, "Seattle")); err != nil {
		t.Fatal(err)
	}
	a.create(t, nil, line("1", order.Physical, 110), line("2", order.Physical, 10))
	_, err := a.assign(ctx, input("big@1"))
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != NoLocation || f.Record != id || f.Field != "lines.2.location" || f.Hint == "" {
		t.Fatalf("%v", err)
	}
	if data, _ := json.Marshal(f.Data); !strings.Contains(string(data), `"big"`) {
		t.Errorf("the policies that were asked are missing: %s", data)
	}
}

// A flow that is started again decides nothing anew for goods that a location
// holds already, whatever the policies say by now.
func TestALineWhoseStockIsReservedKeepsItsLocation(t *testing.T) {
	a, _ := newAssigner(t)
	sourced, _ := json.Marshal(order.Sourced{Assignments: []order.Assignment{{Line: "1", Location: "Tacoma"}}})
	a.create(t, []event.Event{{Name: event.OrderSourced, Payload: sourced}, {Name: event.OrderReserved}}, line("1", order.Physical, 110))
	out, err := a.assign(ctx, input("lab-assignment@1"))
	if err != nil || len(out.Assignments) != 1 || out.Assignments[0].Location != "Tacoma" {
		t.Errorf("%+v %v", out, err)
	}
}

func TestAnOrderWithoutShippableLinesNeedsNoLocation(t *testing.T) {
	a, _ := newAssigner(t)
	a.create(t, nil, line("1", order.Digital, 1))
	if out, err := a.assign(ctx, input()); err != nil || out.Assignments == nil || len(out.Assignments) != 0 {
		t.Errorf("%+v %v", out, err)
	}
}

// The decision is handed on by the machine, whose states carry 256 KiB.
func TestTheDecisionOfALargeOrderFitsIntoAState(t *testing.T) {
	a, _ := newAssigner(t)
	var lines []order.Line
	for i := range order.MaxLines {
		lines = append(lines, line(fmt.Sprintf("4661570%09d", i), order.Physical, 10))
	}
	a.create(t, nil, lines...)
	out, err := a.assign(ctx, input("lab-assignment@1"))
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := json.Marshal(out); len(data) > 256<<10 || len(out.Assignments) != order.MaxLines {
		t.Errorf("%d assignments in %d bytes", len(out.Assignments), len(data))
	}
}

func TestWhatCannotBeAssigned(t *testing.T) {
	a, deps := newAssigner(t)
	if _, err := a.assign(ctx, input("lab-assignment@1")); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown order: %v", err)
	}
	a.create(t, []event.Event{{Name: event.OrderCanceled}}, line("1", order.Physical, 1))
	if _, err := a.assign(ctx, input("lab-assignment@1")); !fault.Is(err, fault.OrderCanceled) {
		t.Errorf("canceled order: %v", err)
	}
	if _, err := a.assign(ctx, input("lab-assignment@9")); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "lab-assignment@9") {
		t.Errorf("unknown policy: %v", err)
	}
	in, _ := json.Marshal(Assign.Example)
	if _, err := Assign.New(deps)(ctx, in); !fault.Is(err, fault.NotFound) {
		t.Errorf("the example: %v", err)
	}
}
