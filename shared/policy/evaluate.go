package policy

import (
	"encoding/json"
	"fmt"
)

// Result explains an evaluation.
type Result struct {
	Policy      string       `json:"policy"` // "<id>@<version>"
	Title       string       `json:"title"`
	Criticality Criticality  `json:"criticality,omitempty"`
	Holds       bool         `json:"holds"`
	Rules       []RuleResult `json:"rules"`
	Ambiguous   []string     `json:"ambiguous,omitempty"` // the rules that are met where one alone may be: none acts
	Actions     []Action     `json:"actions,omitempty"`   // what to do, in order; computed values are in Value
}

// RuleResult explains one rule.
type RuleResult struct {
	Name    string      `json:"name"`
	Met     bool        `json:"met"`
	Acts    bool        `json:"acts,omitempty"`    // its actions are among the result's
	Skipped []string    `json:"skipped,omitempty"` // why actions of it are not: what they compute from has no data
	Rows    []RowResult `json:"rows,omitempty"`
}

// RowResult explains one row: what was found and what was asked for.
type RowResult struct {
	Field         string          `json:"field"`
	Record        string          `json:"record,omitempty"` // id of the related record the row looked at
	Found         any             `json:"found"`            // nil: no data; money in minor units
	Operator      Operator        `json:"operator"`
	Expected      json.RawMessage `json:"expected,omitempty"`
	ExpectedField string          `json:"expectedField,omitempty"` // where Expected was found
	Outcome       bool            `json:"outcome"`
}

// maxRows bounds the rows of one rule that are explained; the outcome counts
// them all.
const maxRows = 50

// Evaluate decides and explains. It changes nothing: actions are for the caller.
// Conditions and computed values all see the record as it is given.
func Evaluate(p Policy, r Record) Result {
	rules := p.AllRules()
	out := Result{Policy: p.Ref(), Title: p.Title, Criticality: p.Criticality, Holds: true, Rules: make([]RuleResult, len(rules))}
	var hits []int
	for i, rule := range rules {
		var log rows
		met := rule.When == nil || rule.When.eval(r, "", &log)
		out.Rules[i] = RuleResult{Name: rule.Name, Met: met, Rows: log}
		switch {
		case len(rule.Then) == 0:
			out.Holds = out.Holds && met
		case met:
			hits = append(hits, i)
		}
	}
	if p.Hit == HitUnique && len(hits) > 1 {
		out.Holds = false
		for _, i := range hits {
			out.Ambiguous = append(out.Ambiguous, rules[i].Name)
		}
		return out
	}
	if p.Hit != HitAll && len(hits) > 1 {
		hits = hits[:1]
	}
	for _, i := range hits {
		out.act(&out.Rules[i], rules[i].Then, r)
	}
	return out
}

// act takes over the actions of a rule that is met.
func (out *Result) act(rule *RuleResult, then []Action, r Record) {
	rule.Acts = true
	for _, a := range then {
		done, err := a.computed(r)
		if err != nil {
			rule.Skipped = append(rule.Skipped, fmt.Sprintf("set %s: %v", a.Set, err))
			continue
		}
		out.Actions = append(out.Actions, done)
	}
}

// Holds decides a condition of its own, such as a flow's.
func (c *Condition) Holds(r Record) bool {
	var log rows
	return c.eval(r, "", &log)
}

type rows []RowResult

func (l *rows) add(r RowResult) {
	if len(*l) < maxRows {
		*l = append(*l, r)
	}
}

// eval looks at every row, also where the outcome is certain before: people
// want to see all that is wrong at once.
func (c *Condition) eval(r Record, id string, log *rows) bool {
	switch {
	case c.Not != nil:
		return !c.Not.eval(r, id, log)
	case c.Relation != "":
		return c.related(r, log)
	case c.Field != "":
		found, ok := r.Field(c.Field)
		return c.explain(RowResult{Field: c.Field, Record: id, Found: found}, ok, r, log)
	case c.Any != nil:
		met := false
		for i := range c.Any {
			met = c.Any[i].eval(r, id, log) || met
		}
		return met
	}
	met := true
	for i := range c.All {
		met = c.All[i].eval(r, id, log) && met
	}
	return met
}

// explain decides a row whose value was found and notes it.
func (c *Condition) explain(row RowResult, ok bool, r Record, log *rows) bool {
	row.Operator, row.Expected, row.ExpectedField = c.Operator, c.Value, c.ValueField
	want, known := c.want, true
	if len(c.want.fields) > 0 {
		want, known = c.want.resolved(r)
	}
	if c.ValueField != "" {
		if other, ok := r.Field(c.ValueField); ok {
			row.Expected, _ = json.Marshal(other) // texts, numbers and booleans always encode
		}
	}
	var digits int32
	if want.needsDigits() {
		digits = digitsOf(r)
	}
	row.Outcome = want.decide(row.Found, ok && known, digits)
	log.add(row)
	return row.Outcome
}

// digitsOf is the number of digits after the decimal point of the order's
// currency; without it no amount has data.
func digitsOf(r Record) int32 {
	if d, ok := r.Field(currencyDigits); ok {
		if n, ok := d.(int64); ok {
			return int32(n)
		}
	}
	return 0
}
