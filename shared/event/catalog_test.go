package event_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/event"
)

// participle says what it is called when something that failed succeeds.
var participle = map[string]string{
	"Change": "Changed", "Validation": "Validated", "Sourcing": "Sourced", "Reservation": "Reserved",
	"Cancellation": "Canceled", "Send": "Sent",
}

// named is the word with which the names of an entity's events begin.
var named = map[event.Entity]string{
	event.Order: "Order", event.Line: "OrderLine", event.FulfillmentOrder: "FulfillmentOrder", event.Message: "Message", event.Stock: "Stock",
}

func TestEveryEventIsInTheCatalogOnce(t *testing.T) {
	t.Parallel()
	var names []string
	for _, d := range event.All() {
		names = append(names, d.Name)
	}
	slices.Sort(names)
	if diff := cmp.Diff(constants(t), names); diff != "" {
		t.Errorf("names (- constants, + in All()):\n%s", diff)
	}
	if twice := slices.Compact(slices.Clone(names)); len(twice) != len(names) {
		t.Errorf("a name stands twice: %v", names)
	}
}

// constants reads the names that are declared, sorted.
func constants(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "catalog.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			name, err := strconv.Unquote(spec.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// An event is a fact, never a command: entity + past participle.
func TestNamesAreEntityAndPastParticiple(t *testing.T) {
	t.Parallel()
	for _, d := range event.All() {
		prefix, ok := named[d.Entity]
		if !ok || !strings.HasPrefix(d.Name, prefix) {
			t.Errorf("%s happens to %q: its name must begin with %q", d.Name, d.Entity, prefix)
		}
		if !strings.HasSuffix(d.Name, "ed") && !strings.HasSuffix(d.Name, "Sent") && d.Name != event.OrderSentToFulfillment {
			t.Errorf("%s does not end in a past participle", d.Name)
		}
		if strings.ContainsFunc(d.Name, func(r rune) bool { return !unicode.IsLetter(r) }) {
			t.Errorf("%s has more than letters", d.Name)
		}
	}
}

func TestWhatCanFailCanSucceed(t *testing.T) {
	t.Parallel()
	twins := 0
	for _, d := range event.All() {
		tried, ok := strings.CutSuffix(d.Name, "Failed")
		if !ok {
			continue
		}
		success := ""
		for noun, done := range participle {
			if subject, ok := strings.CutSuffix(tried, noun); ok {
				success = subject + done
			}
		}
		twin, ok := event.Lookup(success)
		if !ok || twin.Entity != d.Entity || twin.Source != d.Source {
			t.Errorf("%s has no success of the same entity and source; %q is %+v", d.Name, success, twin)
		}
		twins++
	}
	if twins == 0 {
		t.Error("nothing can fail")
	}
}

// A source is orderloom.<stage or provider>, a folder of functions/.
func TestSourcesAreStagesOrProviders(t *testing.T) {
	t.Parallel()
	for _, d := range event.All() {
		stage, ok := strings.CutPrefix(d.Source, "orderloom.")
		found := false
		for _, folder := range []string{"../../functions", "../../functions/providers"} {
			info, err := os.Stat(filepath.Join(folder, stage))
			found = found || err == nil && info.IsDir() && stage != ""
		}
		if !ok || !found {
			t.Errorf("%s comes from %q", d.Name, d.Source)
		}
	}
}

func TestTitlesAreForPeople(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, d := range event.All() {
		first := []rune(d.Title + " ")[0]
		if !unicode.IsUpper(first) || strings.TrimSpace(d.Title) != d.Title || strings.HasSuffix(d.Title, ".") {
			t.Errorf("%s: title %q", d.Name, d.Title)
		}
		if other := seen[d.Title]; other != "" {
			t.Errorf("%s and %s have the title %q", d.Name, other, d.Title)
		}
		seen[d.Title] = d.Name
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, want := range event.All() {
		if got, ok := event.Lookup(want.Name); !ok || got != want {
			t.Errorf("%s: %+v %v", want.Name, got, ok)
		}
	}
	for _, name := range []string{"", "OrderDanced", "orderreceived", "OrderReceived "} {
		if got, ok := event.Lookup(name); ok || got != (event.Definition{}) {
			t.Errorf("%q: %+v %v", name, got, ok)
		}
	}
}

func TestWhoChangesTheListChangesItForNobodyElse(t *testing.T) {
	t.Parallel()
	event.All()[0].Name = "Changed"
	if event.All()[0].Name == "Changed" {
		t.Error("the catalog is shared")
	}
}

// The form on the bus is a contract: rules and consumers read these fields.
func TestAnEventOnTheBus(t *testing.T) {
	t.Parallel()
	e := event.Event{Name: event.OrderReceived, Entity: event.Order, EntityID: "ord_1", OrderID: "ord_1", Seq: 3,
		At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Step: "reserve", Payload: json.RawMessage(`{"a":1}`)}
	want := `{"name":"OrderReceived","entity":"order","entityId":"ord_1","orderId":"ord_1","seq":3,"at":"2026-01-02T03:04:05Z","step":"reserve","payload":{"a":1}}`
	if got, err := json.Marshal(e); err != nil || string(got) != want {
		t.Errorf("%s %v", got, err)
	}
	stock := event.Event{Name: event.StockPosted, Entity: event.Stock, EntityID: "sku", At: e.At}
	want = `{"name":"StockPosted","entity":"stock","entityId":"sku","seq":0,"at":"2026-01-02T03:04:05Z"}`
	if got, err := json.Marshal(stock); err != nil || string(got) != want {
		t.Errorf("outside an order: %s %v", got, err)
	}
}
