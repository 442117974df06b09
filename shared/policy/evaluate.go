package policy

import "encoding/json"

// Result explains an evaluation.
type Result struct {
	Policy      string       `json:"policy"` // "<id>@<version>"
	Title       string       `json:"title"`
	Criticality Criticality  `json:"criticality,omitempty"`
	Holds       bool         `json:"holds"`
	Rules       []RuleResult `json:"rules"`
	Actions     []Action     `json:"actions,omitempty"` // what to do, in order
}

// RuleResult explains one rule.
type RuleResult struct {
	Name string      `json:"name"`
	Met  bool        `json:"met"`
	Acts bool        `json:"acts,omitempty"` // its actions are among the result's
	Rows []RowResult `json:"rows,omitempty"`
}

// RowResult explains one row: what was found and what was asked for.
type RowResult struct {
	Field    string          `json:"field"`
	Record   string          `json:"record,omitempty"` // id of the related record the row looked at
	Found    any             `json:"found"`            // nil: no data; money in minor units
	Operator Operator        `json:"operator"`
	Expected json.RawMessage `json:"expected,omitempty"`
	Outcome  bool            `json:"outcome"`
}

// maxRows bounds the rows of one rule that are explained; the outcome counts
// them all.
const maxRows = 50

// Evaluate decides and explains. It changes nothing: actions are for the caller.
func Evaluate(p Policy, r Record) Result {
	out := Result{Policy: p.Ref(), Title: p.Title, Criticality: p.Criticality, Holds: true, Rules: make([]RuleResult, len(p.Rules))}
	acted := false
	for i, rule := range p.Rules {
		var log rows
		met := rule.When == nil || rule.When.eval(r, "", &log)
		res := RuleResult{Name: rule.Name, Met: met, Rows: log}
		switch {
		case len(rule.Then) == 0:
			out.Holds = out.Holds && met
		case met && (!acted || p.Hit == HitAll):
			acted, res.Acts = true, true
			out.Actions = append(out.Actions, rule.Then...)
		}
		out.Rules[i] = res
	}
	return out
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
		return c.row(r, id, log)
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

func (c *Condition) row(r Record, id string, log *rows) bool {
	found, ok := r.Field(c.Field)
	met := c.compare(found, ok, digitsOf(r))
	log.add(RowResult{Field: c.Field, Record: id, Found: found, Operator: c.Operator, Expected: c.Value, Outcome: met})
	return met
}

func (c *Condition) related(r Record, log *rows) bool {
	records := r.Related(c.Relation)
	var count int64
	for _, rel := range records {
		id, _ := rel.Field("line.id")
		name, _ := id.(string)
		if c.Where.eval(rel, name, log) {
			count++
		}
	}
	switch c.Has {
	case HasAny:
		return count > 0
	case HasAll:
		return count == int64(len(records))
	case HasNone:
		return count == 0
	}
	met := c.compare(count, true, 0)
	log.add(RowResult{Field: "count of " + c.Relation, Found: count, Operator: c.Operator, Expected: c.Value, Outcome: met})
	return met
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
