package references_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/flow/references"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table/memory"
)

// shelf has the flow documents that are live.
type shelf struct {
	bundle.Library
	flows map[string]string
}

func (s shelf) Flows(context.Context) ([]string, error) { return []string{"two", "one", "gone"}, nil }

func (s shelf) Document(_ context.Context, id string) (json.RawMessage, bool, error) {
	text, ok := s.flows[id]
	if !ok {
		return nil, false, fault.New(fault.NotFound, "no live flow %q", id)
	}
	return json.RawMessage(text), false, nil
}

const one = `{"format":"1.0","id":"one","title":"One","type":"order","entry":{"event":"OrderReceived","filter":["p@1"]},"start":"check","steps":[
 {"id":"check","name":"Check","type":"validate-header","policies":["q@1","p@2"],"next":"split"},
 {"id":"split","name":"Split","type":"splitter","branches":[{"name":"a","filter":["p@2"],"next":"tell"}],"otherwise":"tell"},
 {"id":"tell","name":"Tell","type":"raise-event","event":"ThingDecided","next":"create"},
 {"id":"create","name":"Create","type":"create-fulfillment-orders","next":"each"},
 {"id":"each","name":"Each","type":"for-each","each":"fulfillmentOrder","start":"send","next":"done","steps":[
  {"id":"send","name":"Send","type":"send-to-fulfillment","action":"shipstation/create-order","instance":"warehouse","next":"report"},
  {"id":"report","name":"Report","type":"provider-action","action":"shopify/create-fulfillment","instance":"channel","next":"end"},
  {"id":"end","name":"End","type":"end"}]},
 {"id":"done","name":"Done","type":"end"}]}`

const two = `{"format":"1.0","id":"two","title":"Two","type":"order","entry":{"event":"OrderReceived","filter":["pp@1","p@1"]},"start":"done","steps":[{"id":"done","name":"Done","type":"end"}]}`

func place(t *testing.T) bundle.Place {
	t.Helper()
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	p := bundle.Place{Library: shelf{flows: map[string]string{"one": one, "two": two}}, Table: memory.Open(clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), nil), Catalog: catalog}
	for _, in := range []provider.Instance{
		{ID: "warehouse", Provider: "shipstation", MappingGroup: "eu"}, {ID: "shop", Provider: "shopify", MappingGroup: "eu", Channel: "web"}, {ID: "old-shop", Provider: "shopify", MappingGroup: "us"},
	} {
		if err := provider.Save(t.Context(), p.Table, in); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestEveryUseIsFound(t *testing.T) {
	t.Parallel()
	p := place(t)
	for asked, want := range map[string][]string{
		"policy p":                        {"flow one, entry: p@1", "flow one, step check: p@2", "flow one, step split, branch a: p@2", "flow two, entry: p@1"},
		"policy p@2":                      {"flow one, step check: p@2", "flow one, step split, branch a: p@2"},
		"policy p@3":                      nil,
		"event ThingDecided":              {"flow one, step tell"},
		"action shipstation/create-order": {"flow one, step send"},
		"instance warehouse":              {"flow one, step send"},
		"instance shop":                   {"flow one, step report: for orders of its channel web"},
		"instance old-shop":               nil, // no order comes through it
		"mapping eu":                      {"instance shop, mapping group: carrier", "instance warehouse, mapping group"},
		"mapping eu.carrier":              {"instance shop, mapping group: carrier"},
		"mapping us.carrier":              {"instance old-shop, mapping group: carrier"},
		"mapping eu.color":                nil,
	} {
		kind, id, _ := strings.Cut(asked, " ")
		uses, err := references.Find(t.Context(), p, references.Kind(kind), id)
		var got []string
		for _, u := range uses {
			got = append(got, u.String())
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil || uses == nil {
			t.Errorf("%s: %v %s", asked, err, diff)
		}
	}
}

func TestWhatIsUsedIsNotFree(t *testing.T) {
	t.Parallel()
	p := place(t)
	err := references.Free(t.Context(), p, references.Policy, "q@1")
	if !fault.Is(err, references.Referenced) || !strings.Contains(err.Error(), "policy q@1 is used by flow one, step check: q@1") {
		t.Errorf("%v", err)
	}
	if err := references.Free(t.Context(), p, references.Policy, "nobody"); err != nil {
		t.Errorf("%v", err)
	}
	for _, bad := range [][2]string{{"color", "x"}, {"policy", ""}, {"", ""}} {
		if err := references.Free(t.Context(), p, references.Kind(bad[0]), bad[1]); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// A flow that does not read must not look like one that uses nothing.
func TestWhatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	p := place(t)
	p.Library = shelf{flows: map[string]string{"one": `{"id":"one"}`}}
	if _, err := references.Find(t.Context(), p, references.Policy, "p"); !fault.Is(err, fault.Internal) {
		t.Errorf("%v", err)
	}
}
