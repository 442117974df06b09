package flow_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
)

func catalog(t *testing.T) *flow.Catalog {
	t.Helper()
	c, err := flow.LoadCatalog()
	if err != nil || len(c.Functions) == 0 || len(c.Providers) == 0 {
		t.Fatalf("%+v %v", c, err)
	}
	return c
}

func TestFunctionsAndProvidersAreFoundById(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	for _, want := range c.Functions {
		if got, ok := c.Function(want.ID); !ok || got.ID != want.ID || got.Summary != want.Summary {
			t.Errorf("%s: %+v", want.ID, got)
		}
	}
	for _, want := range c.Providers {
		if got, ok := c.Provider(want.ID); !ok || got.ID != want.ID || got.Name != want.Name {
			t.Errorf("%s: %+v", want.ID, got)
		}
	}
	for _, id := range []string{"", "orders", "orders/", "orders/dance", "Orders/record"} {
		if f, ok := c.Function(id); ok || f.ID != "" {
			t.Errorf("function %q: %+v", id, f)
		}
		if p, ok := c.Provider(id); ok || p.ID != "" {
			t.Errorf("provider %q: %+v", id, p)
		}
	}
}

func TestWhoChangesACatalogChangesItForNobodyElse(t *testing.T) {
	t.Parallel()
	catalog(t).Functions[0].ID = "changed"
	if _, ok := catalog(t).Function("changed"); ok {
		t.Error("the catalog is shared")
	}
}

// Lambda's names end at 64 characters, and no two functions may have the same;
// "orderloom" is the stack of the samples.
func TestNamesOfAllFunctionsFit(t *testing.T) {
	t.Parallel()
	const longest = 64
	logical, physical := map[string]string{}, map[string]string{}
	for _, f := range catalog(t).Functions {
		name, id := fn.PhysicalName("orderloom", f.ID), fn.LogicalID(f.ID)
		if len(name) > longest {
			t.Errorf("%s has %d characters, more than %d", name, len(name), longest)
		}
		if other := logical[id]; other != "" {
			t.Errorf("%s and %s are both %s in a template", f.ID, other, id)
		}
		if other := physical[name]; other != "" {
			t.Errorf("%s and %s are both deployed as %s", f.ID, other, name)
		}
		logical[id], physical[name] = f.ID, f.ID
	}
}

// What a step calls must say when it fails and whether a retry helps.
func TestActionsDeclareTheirContract(t *testing.T) {
	t.Parallel()
	var actions []string
	for _, f := range catalog(t).Functions {
		if !f.Action {
			continue
		}
		actions = append(actions, f.ID)
		if f.TimeoutSeconds < 1 || f.Provider == "" || !json.Valid(f.Input) || !json.Valid(f.Result) ||
			!slices.ContainsFunc(f.Failures, func(x fn.Failure) bool { return x.Retry }) {
			t.Errorf("%s: timeout %d s, provider %q, failures %v", f.ID, f.TimeoutSeconds, f.Provider, f.Failures)
		}
	}
	if len(actions) == 0 {
		t.Error("there are no actions")
	}
}
