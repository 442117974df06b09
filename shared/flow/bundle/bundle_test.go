package bundle_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table/memory"
)

// shelf is a library in memory.
type shelf struct {
	flows    map[string]string // document by id
	owned    []string
	policies []policy.Policy
}

func (s *shelf) Flows(context.Context) (ids []string, err error) {
	for id := range s.flows {
		ids = append(ids, id)
	}
	return ids, nil
}

func (s *shelf) Document(_ context.Context, id string) (json.RawMessage, bool, error) {
	text, ok := s.flows[id]
	if !ok {
		return nil, false, fault.New(fault.NotFound, "no live flow %q", id)
	}
	return json.RawMessage(text), slices.Contains(s.owned, id), nil
}

func (s *shelf) Policies(_ context.Context, refs []string) (all []policy.Policy, err error) {
	for _, ref := range refs {
		i := slices.IndexFunc(s.policies, func(p policy.Policy) bool { return p.Ref() == ref })
		if i < 0 {
			return nil, fault.New(fault.NotFound, "no published policy %q", ref)
		}
		all = append(all, s.policies[i])
	}
	return all, nil
}

func (s *shelf) Versions(_ context.Context, id string) (all []policy.Policy, err error) {
	for _, p := range s.policies {
		if p.ID == id {
			all = append(all, p)
		}
	}
	return all, nil
}

// rule is a filter on the channel.
func rule(t testing.TB, id string, version int, channel string) policy.Policy {
	t.Helper()
	text := fmt.Sprintf(`{"id":%q,"version":%d,"title":"T","kind":"filter","entity":"order","rules":[{"name":"r","when":{"field":"order.channel","operator":"equals","value":%q}}]}`, id, version, channel)
	p, problems := policy.Parse([]byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

// drawing is a flow with a splitter, an event of its own and provider actions.
const drawing = `{
  "format": "1.0", "id": "mine", "title": "Mine", "type": "order",
  "entry": {"event": "OrderReceived", "filter": ["mine-channel@1"]},
  "start": "split",
  "steps": [
    {"id": "split", "name": "Which?", "description": "mine-channel@1", "type": "splitter", "branches": [{"name": "a", "filter": ["big@2", "mine-channel@1"], "next": "tell"}], "otherwise": "tell"},
    {"id": "tell", "name": "Tell", "type": "raise-event", "event": "ResellerOrderAccepted", "payload": {}, "next": "create"},
    {"id": "create", "name": "Create", "type": "provider-action", "action": "shipstation/create-order", "instance": "warehouse", "next": "report"},
    {"id": "report", "name": "Report", "type": "provider-action", "action": "shopify/create-fulfillment", "instance": "channel", "next": "done"},
    {"id": "done", "name": "Done", "type": "end"}
  ]
}`

// place is an Orderloom with the flow "mine" and all that it needs.
func place(t testing.TB) (bundle.Place, *shelf) {
	t.Helper()
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	catalog.Events = []event.Definition{{Name: "ResellerOrderAccepted", Title: "Accepted"}}
	s := &shelf{flows: map[string]string{"mine": drawing}, policies: []policy.Policy{rule(t, "mine-channel", 1, "mine"), rule(t, "big", 1, "x"), rule(t, "big", 2, "y")}}
	p := bundle.Place{Library: s, Table: memory.Open(clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), nil), Catalog: catalog}
	for _, in := range []provider.Instance{
		{ID: "warehouse", Provider: "shipstation", MappingGroup: "eu", Active: true, Parameters: map[string]string{"baseUrl": "https://secret-host"}, Secrets: map[string]string{"apiKey": "ref/key", "apiSecret": "ref/secret"}},
		{ID: "shop", Provider: "shopify", MappingGroup: "eu", Channel: "mine", Active: true, Secrets: map[string]string{"accessToken": "ref/token"}},
	} {
		if err := provider.Save(t.Context(), p.Table, in); err != nil {
			t.Fatal(err)
		}
	}
	save(t, p, map[string]string{"ups": "UPS", "dhl": "DHL"})
	return p, s
}

func save(t testing.TB, p bundle.Place, entries map[string]string) {
	t.Helper()
	if err := provider.SaveMapping(t.Context(), p.Table, "eu", "carrier", entries); err != nil {
		t.Fatal(err)
	}
}

// exported is the bundle of "mine" as it travels.
func exported(t testing.TB) string {
	t.Helper()
	p, _ := place(t)
	b, err := p.Export(t.Context(), "mine", "mine")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func read(t testing.TB, text string) bundle.Bundle {
	t.Helper()
	b, problems := bundle.Parse([]byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return b
}

func TestABundleHasAllThatAFlowNeedsAndNoSecret(t *testing.T) {
	t.Parallel()
	text := exported(t)
	for _, secret := range []string{"ref/", "secret-host", "https://"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in it", secret)
		}
	}
	b := read(t, text)
	var refs []string
	for _, p := range b.PolicyVersions() {
		refs = append(refs, p.Ref())
	}
	if diff := cmp.Diff([]string{"big@2", "mine-channel@1"}, refs); diff != "" || b.Refs() != nil {
		t.Error(diff, b.Refs())
	}
	if b.Format != bundle.Format || b.States != bundle.StatesHash() || len(b.Flows) != 1 || b.Documents()[0].ID != "mine" {
		t.Errorf("%+v", b)
	}
	for what, diff := range map[string]string{
		"events":    cmp.Diff([]bundle.Event{{Name: "ResellerOrderAccepted", Title: "Accepted"}}, b.Events),
		"actions":   cmp.Diff([]string{"shipstation/create-order", "shopify/create-fulfillment"}, b.Actions),
		"instances": cmp.Diff([]bundle.Instance{{ID: "warehouse", Provider: "shipstation", Parameters: []string{"baseUrl"}, Secrets: []string{"apiKey", "apiSecret"}}}, b.Instances),
		"mappings":  cmp.Diff([]bundle.Mapping{{Group: "eu", Table: "carrier", Entries: map[string]string{"ups": "UPS", "dhl": "DHL"}}}, b.Mappings),
	} {
		if diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	if again := exported(t); again != text {
		t.Errorf("the second time:\n%s", again)
	}
}

func TestAFlowThatIsNotLiveIsNotExported(t *testing.T) {
	t.Parallel()
	p, _ := place(t)
	if _, err := p.Export(t.Context(), "theirs"); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	if _, err := p.Export(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("none: %v", err)
	}
}

// A mapping with a million products stays where it is.
func TestALargeMappingIsNamed(t *testing.T) {
	t.Parallel()
	p, _ := place(t)
	many := map[string]string{}
	for i := range bundle.MaxEntries {
		many[fmt.Sprint(i)] = "x"
	}
	save(t, p, many)
	b, err := p.Export(t.Context(), "mine")
	if err != nil || len(b.Mappings) != 1 || !b.Mappings[0].Large || b.Mappings[0].Entries != nil {
		t.Errorf("%+v %v", b.Mappings, err)
	}
}

func TestTheFlowsOfTheRepositoryTravel(t *testing.T) {
	t.Parallel()
	p, s := place(t)
	for _, id := range []string{"lab", "order-to-fulfillment"} {
		text, err := os.ReadFile("../../../statemachines/" + id + "/flow.json")
		if err != nil {
			t.Fatal(err)
		}
		s.flows[id] = string(text)
		doc, _ := flow.Parse(text)
		for _, ref := range doc.PolicyRefs() {
			name, _, _ := strings.Cut(ref, "@")
			data, err := os.ReadFile("../../../statemachines/policies/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			one, problems := policy.Parse(data)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			s.policies = append(s.policies, one)
		}
	}
	b, err := p.Export(t.Context(), "lab", "order-to-fulfillment")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	back := read(t, string(text))
	changes, problems, err := p.Check(t.Context(), &back)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	for _, c := range changes {
		if c.Does != bundle.Keeps {
			t.Errorf("%+v", c)
		}
	}
}
