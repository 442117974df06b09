package policy_test

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
)

// scoredAs is an order on which the score has been written.
func scoredAs(text string) policy.Record {
	doc := order.Document{Attributes: map[string]string{"risk": "99", "other": "7"}} // the channel's own are no scores
	status := order.NewStatus("ord_1", &doc)
	if text != "" {
		status.SetAttribute("", "risk", text)
	}
	return policy.OrderRecord(&doc, &status, clock)
}

func TestScoresAreComparedAsNumbers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		score, operator, value string
		want                   bool
	}{
		{"0.82", "atLeast", "0.8", true},
		{"0.82", "atLeast", "0.9", false},
		{"9", "greater", "10", false}, // not as texts
		{"0.8", "equals", "0.800", true},
		{"100", "between", "[80, 100]", true},
		{"0.125", "in", "[0.1, 0.125]", true},
		{"0.5", "less", `=order.scores.risk`, false},
		{"", "atLeast", "0", false},
		{"", "differs", "1", true},
		{"high", "containsData", "", false},
		{"101", "containsData", "", false},
		{"-1", "containsData", "", false},
		{"0.1234", "containsData", "", false},
		{"1e400000000", "containsData", "", false},
		{"0", "containsData", "", true},
	} {
		c := condition(t, "order.scores.risk", row.operator, row.value)
		record := scoredAs(row.score)
		if got := c.Holds(record); got != row.want {
			t.Errorf("%q %s %s gives %v", row.score, row.operator, row.value, got)
		}
		if got := evalExpr(t, c.JSONata("facts"), policy.FactsOf(record, c.Facts())); got != row.want {
			t.Errorf("%q %s %s: the expression gives %v", row.score, row.operator, row.value, got)
		}
	}
}

// With at most three digits decimal and floating point order scores alike.
func TestScoresCompareTheSameInBothBackEnds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		score := strconv.FormatFloat(float64(rapid.IntRange(0, 100_000).Draw(rt, "score"))/1000, 'f', -1, 64)
		value := strconv.FormatFloat(float64(rapid.IntRange(0, 100_000).Draw(rt, "value"))/1000, 'f', -1, 64)
		operator := rapid.SampledFrom([]string{"equals", "differs", "greater", "atLeast", "less", "atMost"}).Draw(rt, "operator")
		c, record := condition(t, "order.scores.risk", operator, value), scoredAs(score)
		if got, want := evalExpr(rt, c.JSONata("facts"), policy.FactsOf(record, c.Facts())), c.Holds(record); got != want {
			rt.Fatalf("%s %s %s: the expression gives %v, Go %v", score, operator, value, got, want)
		}
	})
}

func TestAScoreIsShownAndComputedWith(t *testing.T) {
	t.Parallel()
	record := scoredAs("0.25")
	for source, want := range map[string]string{
		`{"field": "order.scores.risk"}`:                          "0.25",
		`{"product": [{"field": "order.scores.risk"}, 100]}`:      "25",
		`{"join": ["risk ", {"field": "order.scores.risk"}]}`:     "risk 0.25",
		`{"join": ["other ", {"field": "order.scores.missing"}]}`: "",
	} {
		got := filled(t, fmt.Sprintf(`{"compute": %s}`, source), record)
		if got != want && got != `"`+want+`"` && (want != "" || got != "null") {
			t.Errorf("%s is %s, want %s", source, got, want)
		}
	}
}

func TestNamesOfScores(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"order.scores.risk": true, "order.scores.riskOf2": true, "line.scores.risk": false, "order.scores.": false, "order.scores.a.b": false,
		"order.scores.Risk": false, "order.scores.a-b": false, "order.scores": false,
	} {
		if f, ok := policy.LookupField(path); ok != want || ok && f.Type != policy.Number {
			t.Errorf("%s: %+v %v", path, f, ok)
		}
	}
}

// Fractions lie between whole numbers: filters on them are not taken for
// disjoint because no whole number passes both.
func TestFiltersOnScoresOverlapAtFractions(t *testing.T) {
	t.Parallel()
	filter := func(operator, value string) []policy.Policy {
		p, problems := policy.Parse(fmt.Appendf(nil, `{"id":"f","version":1,"title":"F","kind":"filter","entity":"order","rules":[{"name":"R","when":{"field":"order.scores.risk","operator":%q,"value":%s}}]}`, operator, value))
		if problems != nil {
			t.Fatal(problems)
		}
		return []policy.Policy{p}
	}
	for _, row := range []struct {
		a, av, b, bv string
		want         policy.Verdict
	}{
		{"greater", "0.1", "less", "0.2", policy.Overlapping},
		{"greater", "0.1", "less", "0.101", policy.Disjoint},
		{"atLeast", "0.75", "less", "0.75", policy.Disjoint},
		{"atLeast", "100", "differs", "100", policy.Disjoint},
		{"equals", "0.5", "between", "[0.25, 0.5]", policy.Overlapping},
	} {
		if got := policy.Overlaps(filter(row.a, row.av), filter(row.b, row.bv)); got.Verdict != row.want {
			t.Errorf("%s %s and %s %s: %+v", row.a, row.av, row.b, row.bv, got)
		}
	}
}
