package catalog_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/shared/cmd/catalog"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/golden"
)

const root = "../../.."

// TestCatalogIsFresh: the committed catalog is what the code declares.
func TestCatalogIsFresh(t *testing.T) {
	t.Parallel()
	text, err := catalog.Text()
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, filepath.Join(root, "shared/flow/catalog.json"), text)
}

// TestEventsAreFresh: every function's folder has its declared example.
func TestEventsAreFresh(t *testing.T) {
	t.Parallel()
	for _, f := range functions.All() {
		event, err := catalog.Event(f)
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, filepath.Join(root, catalog.Folder(f.ID), "event.json"), event)
	}
}

// TestExamplesFitTheirSchemas: an example that the declared input schema refuses
// would mislead, and a schema that is no schema would mislead everybody.
func TestExamplesFitTheirSchemas(t *testing.T) {
	t.Parallel()
	c, err := catalog.Build()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for i, f := range functions.All() {
		entry := c.Functions[i]
		for name, text := range map[string]json.RawMessage{"input": entry.Input, "result": entry.Result} {
			if text == nil {
				continue
			}
			s := compiled(t, f.ID+"/"+name, text)
			if name == "result" {
				continue
			}
			event, err := catalog.Event(f)
			if err != nil {
				t.Fatal(err)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(event))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(value); err != nil {
				t.Errorf("%s: the example does not fit the input schema: %v", f.ID, err)
			}
			checked++
		}
	}
	if checked == 0 {
		t.Fatal("no function has an input schema")
	}
}

func compiled(t *testing.T, name string, text json.RawMessage) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("mem:///"+name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := compiler.Compile("mem:///" + name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

// TestProvidersAndFunctionsNameEachOther: what a handler or a provider names is
// in the catalog, and actions are those that a step can call.
func TestProvidersAndFunctionsNameEachOther(t *testing.T) {
	t.Parallel()
	c, err := catalog.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Providers {
		for _, id := range p.Functions {
			f, ok := c.Function(id)
			if !ok || f.Provider != p.ID || !strings.HasPrefix(id, p.ID+"/") {
				t.Errorf("provider %s lists %s, which the catalog has as %+v", p.ID, id, f)
			}
		}
		for _, h := range p.Handlers {
			for _, id := range []string{h.Transformation, h.Fetch} {
				if _, ok := c.Function(id); id != "" && !ok {
					t.Errorf("provider %s, topic %s: no function %q", p.ID, h.Topic, id)
				}
			}
		}
	}
	for id, action := range map[string]bool{"shipstation/create-order": true, "shopify/create-fulfillment": true, "shipstation/shipment-in": false, "orders/apply-event": false} {
		if f, ok := c.Function(id); !ok || f.Action != action {
			t.Errorf("%s is an action: %v (in the catalog: %v)", id, f.Action, ok)
		}
	}
	loaded, err := flow.LoadCatalog()
	if err != nil || len(loaded.Functions) == 0 {
		t.Errorf("the embedded catalog has %d functions, %v", len(loaded.Functions), err)
	}
}

// TestREADMEIsFresh: the page of functions and events is what the code declares.
func TestREADMEIsFresh(t *testing.T) {
	t.Parallel()
	golden.Check(t, filepath.Join(root, "functions/README.md"), catalog.README())
}
