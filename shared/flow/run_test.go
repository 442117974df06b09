package flow_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// machines keeps the one start it was asked for.
type machines struct {
	fn.States
	started [3]string // machine, name, input
	err     error
}

func (m *machines) Start(_ context.Context, machine, name string, input []byte) error {
	m.started = [3]string{machine, name, string(input)}
	return m.err
}

func TestARunKnowsItsOrderAndItsOwnName(t *testing.T) {
	t.Parallel()
	var m machines
	if err := flow.Start(t.Context(), &m, "flow-mine", "ord_1", "mine", 2); err != nil {
		t.Fatal(err)
	}
	want := [3]string{"flow-mine", "ord_1-mine-2", `{"order":"ord_1","flow":"mine","run":"ord_1-mine-2"}`}
	if diff := cmp.Diff(want, m.started); diff != "" {
		t.Error(diff)
	}
	m.err = errors.New("throttled")
	if err := flow.Start(t.Context(), &m, "flow-mine", "ord_1", "mine", 2); !errors.Is(err, m.err) {
		t.Errorf("%v", err)
	}
}

func TestTheLongestRunNameIsAnExecutionName(t *testing.T) {
	t.Parallel()
	order := "ord_" + strings.Repeat("Z", 26)
	if name := flow.RunName(order, strings.Repeat("f", flow.MaxIDLength), 9999); len(name) > 80 {
		t.Errorf("%s has %d characters", name, len(name))
	}
}

func TestSignalsAreToldApart(t *testing.T) {
	t.Parallel()
	stock := flow.StockSignalName("ord_1-lab-1/reserve/0")
	first, second := flow.ShipmentSignalName("fo_1", 1), flow.ShipmentSignalName("fo_1", 2)
	if !flow.IsStockSignal(stock) || flow.IsStockSignal(first) || flow.IsStockSignal("") {
		t.Errorf("%s %s", stock, first)
	}
	if first == second || first == flow.ShipmentSignalName("fo_2", 1) || stock == flow.StockSignalName("ord_1-lab-1/reserve/1") {
		t.Errorf("%s %s", first, second)
	}
}

func TestPolicyRefsOfAFlow(t *testing.T) {
	t.Parallel()
	doc, report := flow.Open([]byte(strings.Replace(around(
		`{"id":"b","name":"B","type":"splitter","branches":[{"name":"One","filter":["c@1","a@2"],"next":"c"}],"otherwise":"exception"},`+end("c")),
		`"OrderReceived"`, `"OrderReceived","filter":["b@1","a@1"]`, 1)))
	if err := report.Problems().Err(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a@1", "a@2", "b@1", "c@1"}, doc.PolicyRefs()); diff != "" {
		t.Error(diff)
	}
	doc, _ = flow.Open([]byte(drawn(`{"id":"a","name":"A","type":"validate-header","policies":["x@1","x@1"],"next":"b"},` + end("b"))))
	if diff := cmp.Diff([]string{"x@1"}, doc.PolicyRefs()); diff != "" {
		t.Error(diff)
	}
	if refs := (&flow.Document{}).PolicyRefs(); len(refs) != 0 {
		t.Errorf("%v", refs)
	}
}

// The compiler points at what it means; what is not in the document is reported
// at the nearest thing around it.
func TestAReportPointsIntoTheDocument(t *testing.T) {
	t.Parallel()
	text := drawn(end("a"))
	_, report := flow.Open([]byte(text))
	if !report.Readable() || report.Problems() != nil {
		t.Fatalf("%v", report.Problems())
	}
	report.Add("SECOND", "a", "/steps/0/next", "no %s | Add it", "edge")
	report.Add("FIRST", "", "/entry/event", "other")
	var got []string
	for _, p := range report.Problems() {
		got = append(got, strings.Join([]string{p.Code, p.Step, p.Pointer, text[p.Pos:][:5], p.Message, p.Remedy}, "|"))
	}
	if diff := cmp.Diff([]string{`FIRST||/entry/event|"Orde|other|`, `SECOND|a|/steps/0|{"id"|no edge|Add it`}, got); diff != "" {
		t.Error(diff)
	}
	_, report = flow.Open([]byte(`{`))
	report.Add("MORE", "", "/steps", "x")
	if report.Readable() || !report.Problems().Has(jsondoc.InvalidJSON) || !report.Problems().Has("MORE") {
		t.Errorf("%v", report.Problems())
	}
}
