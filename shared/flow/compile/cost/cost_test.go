package cost_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/compile/cost"
	"github.com/orderloom/orderloom/statemachines"
)

// compiled are the repository's flows and the compiler's own cases, by name.
func compiled(t *testing.T) map[string]compile.Result {
	t.Helper()
	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		documents[file] = archive.Files[0].Data
	}
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	policies, err := statemachines.Policies()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]compile.Result{}
	for name, doc := range documents {
		if r, problems := compile.Compile(doc, catalog, policies); len(problems) == 0 {
			all[name] = r
		}
	}
	return all
}

func prices(t *testing.T) cost.Table {
	t.Helper()
	table, err := cost.Prices()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func estimate(t *testing.T, r compile.Result, table cost.Table) cost.Estimate {
	t.Helper()
	e, err := cost.Of(r, table)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The compiler's formula, worked out from the drawing, bounds what a walk through
// the written machine counts; they differ by holds and approvals that run out of
// time and by facts that only an exception fetches again. Without those they are
// the same.
func TestTheFormulaBoundsTheMachine(t *testing.T) {
	t.Parallel()
	all := compiled(t)
	if len(all) < 4 {
		t.Fatalf("only %d flows compile", len(all))
	}
	for name, r := range all {
		if r.Standard != nil {
			continue // what its transitions are is counted on the engine, in package compile
		}
		perOrder, perItem, perLine, err := cost.Walked(r.Machine, prices(t).Assumed)
		if err != nil {
			t.Fatal(err)
		}
		exact := name == "lab" || name == "order-to-fulfillment"
		if bound := r.Transitions; perOrder > bound.PerOrder || perItem > bound.PerFulfillmentOrder || perLine != bound.PerLine || exact && (perOrder != bound.PerOrder || perItem != bound.PerFulfillmentOrder) {
			t.Errorf("%s: %d per order + %d per fulfillment order + %d per line were walked; the formula: %s", name, perOrder, perItem, perLine, r.Transitions)
		}
		if perOrder < 2 {
			t.Errorf("%s: the walk found no way to the end", name)
		}
	}
}

func TestTheTotalIsTheSumOfItsItems(t *testing.T) {
	t.Parallel()
	e := estimate(t, compiled(t)["lab"], prices(t))
	sum := decimal.Zero
	for _, i := range e.Items {
		if !i.Cost.Equal(i.Count.Mul(i.Price)) || !i.Cost.IsPositive() {
			t.Errorf("%+v", i)
		}
		sum = sum.Add(i.Cost)
	}
	if len(e.Items) != 5 || !sum.Equal(e.Total) {
		t.Errorf("%d items, %s in all, not %s", len(e.Items), sum, e.Total)
	}
}

// More fulfillment orders take more of everything, more lines no more
// transitions and invocations.
func TestAssumptionsCount(t *testing.T) {
	t.Parallel()
	lab, table := compiled(t)["lab"], prices(t)
	base := estimate(t, lab, table)
	table.Assumed.FulfillmentOrders++
	split := estimate(t, lab, table)
	table = prices(t)
	table.Assumed.Lines++
	long := estimate(t, lab, table)
	for i, item := range base.Items {
		if !split.Items[i].Count.GreaterThan(item.Count) {
			t.Errorf("two fulfillment orders take %s %s, one %s", split.Items[i].Count, item.What, item.Count)
		}
		grows := item.What == "write units" || item.What == "events"
		if long.Items[i].Count.GreaterThan(item.Count) != grows {
			t.Errorf("a line more: %s %s, before %s", long.Items[i].Count, item.What, item.Count)
		}
	}
}

func TestPricesSayWhenAndWhere(t *testing.T) {
	t.Parallel()
	table := prices(t)
	text := estimate(t, compiled(t)["lab"], table).String()
	for _, want := range []string{table.Region, table.Date, table.Currency, "Assumed:", "11 per order"} {
		if want == "" || !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// Compact calls the same and pays less for it.
func TestCompactCostsLess(t *testing.T) {
	t.Parallel()
	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	policies, err := statemachines.Policies()
	if err != nil {
		t.Fatal(err)
	}
	paid := map[string]map[string]string{}
	for _, profile := range []string{flow.Standard, flow.Compact} {
		r, problems := compile.CompileAs(profile, documents["order-to-fulfillment"], catalog, policies)
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		machines := decimal.Zero
		paid[profile] = map[string]string{}
		for _, i := range estimate(t, r, prices(t)).Items {
			if i.Service == "Step Functions" {
				machines = machines.Add(i.Cost)
			} else {
				paid[profile][i.What] = i.Count.String()
			}
		}
		paid[profile]["Step Functions, in cents"] = machines.Mul(decimal.NewFromInt(100)).StringFixed(1)
	}
	standard, compact := paid[flow.Standard], paid[flow.Compact]
	if standard["Step Functions, in cents"] != "47.5" || compact["Step Functions, in cents"] != "17.8" {
		t.Errorf("standard: %v, compact: %v", standard, compact)
	}
	delete(standard, "Step Functions, in cents")
	delete(compact, "Step Functions, in cents")
	if diff := cmp.Diff(standard, compact); diff != "" {
		t.Error(diff)
	}
}
