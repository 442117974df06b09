package policytest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy"
)

// Run evaluates the policy on every order of the suite, or on every record of one
// of the declared entities.
func (s Suite) Run(p policy.Policy, declared ...entity.Entity) []Outcome {
	all := make([]Outcome, len(s.Tests))
	custom, _ := entity.Find(declared, p.Entity)
	for i := range s.Tests {
		t := &s.Tests[i]
		if custom != nil {
			all[i] = t.custom(custom, p)
			continue
		}
		all[i] = Outcome{Test: t.Name, Record: t.record(p.Entity)}
		all[i].Result = policy.Evaluate(p, all[i].Record)
		all[i].Wrong = t.Expect.wrong(all[i].Result)
		if !t.found(p.Entity) {
			all[i].Wrong = append(all[i].Wrong, fmt.Sprintf("the order has no %s %q; \"record\" must name one", p.Entity, t.Record))
		}
	}
	return all
}

// custom evaluates the policy on a record of a declared entity, whose document
// must be one.
func (t *Test) custom(e *entity.Entity, p policy.Policy) Outcome {
	data, err := json.Marshal(t.Fields)
	doc := t.Fields
	if err == nil {
		doc, err = e.Read(data)
	}
	o := Outcome{Test: t.Name, Record: e.Record(doc, &t.Standing, t.Now)}
	o.Result = policy.Evaluate(p, o.Record)
	o.Wrong = t.Expect.wrong(o.Result)
	if err != nil {
		o.Wrong = append(o.Wrong, "the document is none of the entity: "+err.Error())
	}
	return o
}

func (t *Test) record(of event.Entity) policy.Record {
	switch of {
	case event.Line:
		return policy.LineRecord(&t.Document, &t.Status, t.Record, t.Now)
	case event.FulfillmentOrder:
		return policy.FulfillmentOrderRecord(&t.Document, &t.Status, t.Record, t.Now)
	}
	return policy.OrderRecord(&t.Document, &t.Status, t.Now)
}

func (t *Test) found(of event.Entity) bool {
	if of == event.Order {
		return t.Record == ""
	}
	id, _ := t.record(of).Field(string(of) + ".id")
	return id == t.Record
}

// wrong says in words what is not as expected.
func (e Expect) wrong(got policy.Result) (all []string) {
	if e.Holds != nil && *e.Holds != got.Holds {
		all = append(all, fmt.Sprintf("holds is %v, expected %v", got.Holds, *e.Holds))
	}
	all = append(all, wrongRules(got, e.Met, true)...)
	all = append(all, wrongRules(got, e.NotMet, false)...)
	if e.Actions != nil && !slices.Equal(e.Actions, got.Actions) {
		all = append(all, fmt.Sprintf("actions are %s, expected %s", actions(got.Actions), actions(e.Actions)))
	}
	if e.Ambiguous != nil && !slices.Equal(e.Ambiguous, got.Ambiguous) {
		all = append(all, fmt.Sprintf("ambiguous are %q, expected %q", got.Ambiguous, e.Ambiguous))
	}
	return all
}

func wrongRules(got policy.Result, names []string, met bool) (all []string) {
	for _, name := range names {
		i := slices.IndexFunc(got.Rules, func(r policy.RuleResult) bool { return r.Name == name })
		switch {
		case i < 0:
			all = append(all, fmt.Sprintf("there is no rule %q", name))
		case got.Rules[i].Met != met:
			all = append(all, explained(got.Rules[i]))
		}
	}
	return all
}

// explained says why a rule is met, or is not.
func explained(r policy.RuleResult) string {
	text := fmt.Sprintf("rule %q is met", r.Name)
	if !r.Met {
		text = fmt.Sprintf("rule %q is not met", r.Name)
	}
	for _, row := range r.Rows {
		if row.Outcome == r.Met {
			text += fmt.Sprintf("; %s is %v, expected %s %s", row.Field, row.Found, row.Operator.Words(), row.Expected)
		}
	}
	return text
}

func actions(list []policy.Action) string {
	all := make([]string, len(list))
	for i, a := range list {
		all[i] = a.Words()
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}
