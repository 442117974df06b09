package world_test

import (
	"bytes"
	"encoding/json"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order/store"
)

// eventSchemas are the compiled schemas of the details on the bus, by event.
var eventSchemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	entries, err := flow.LoadEvents()
	if err != nil {
		return nil, err
	}
	all := map[string]*jsonschema.Schema{}
	for _, e := range entries {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.Detail))
		if err != nil {
			return nil, err
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource("mem:///schema", doc); err != nil {
			return nil, err
		}
		if all[e.Name], err = c.Compile("mem:///schema"); err != nil {
			return nil, err
		}
	}
	return all, nil
})

// checkEvents holds every event of every order against its published schema: what
// consumers generate code from is what they get.
func checkEvents(t *testing.T, w *world.World) {
	t.Helper()
	schemas, err := eventSchemas()
	if err != nil {
		t.Fatal(err)
	}
	deps := w.Host.Deps()
	orders := store.Store{Table: deps.Table, Blobs: deps.Blobs, Now: deps.Clock.Now}
	records, _, err := orders.List(t.Context(), 100, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		entries, err := orders.Journal(t.Context(), r.Status.Order)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			for _, e := range entry.Events {
				text, err := json.Marshal(e)
				if err != nil {
					t.Fatal(err)
				}
				value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
				if err != nil {
					t.Fatal(err)
				}
				if s := schemas[e.Name]; s == nil {
					t.Errorf("%s is not in the catalog of events", e.Name)
				} else if err := s.Validate(value); err != nil {
					t.Errorf("%s is not as its schema says: %v\n%s", e.Name, err, text)
				}
			}
		}
	}
}
