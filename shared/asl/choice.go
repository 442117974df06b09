package asl

import (
	"github.com/orderloom/orderloom/shared/jsonpath"
	"github.com/orderloom/orderloom/shared/jsontree"
)

// choice reads a Choice state and its rules, in the language of the state.
func (p *parser) choice(at place, st *State, n *node) {
	p.known(at, n, with(common, with(p.own(output, inAndOut), "Choices", "Default", "Assign")...)...)
	p.flow(at, st, n)
	if n.Get("Default") != nil {
		p.edge(at, st, n, "Default", st.Assign, &st.Default)
	}
	choices := n.Get("Choices")
	if choices == nil || choices.Kind != jsontree.Array || len(choices.Items) == 0 {
		p.add(MissingField, at, n.Pos, "a Choice state has an array Choices with at least one rule")
		return
	}
	st.Rules = make([]Rule, len(choices.Items))
	for i, c := range choices.Items {
		p.rule(at.in("Choices").in(itoa(i)), st, &st.Rules[i], c)
	}
}

func (p *parser) rule(at place, st *State, r *Rule, n *node) {
	if n.Kind != jsontree.Object {
		p.wrongKind(at, n, "an object")
		return
	}
	r.Assign = p.assign(at, n)
	if p.paths {
		r.Test = p.test(at, n, "Next", "Assign", "Comment")
	} else {
		p.known(at, n, "Condition", "Next", "Assign", "Output", "Comment")
		r.Output, r.Condition = p.any(at, n, "Output"), p.condition(at, n)
	}
	p.edge(at, st, n, "Next", r.Assign, &r.Next)
}

func (p *parser) condition(at place, n *node) *Value {
	switch c := n.Get("Condition"); {
	case c == nil:
		p.add(MissingField, at, n.Pos, "Condition is missing")
	case c.Kind == jsontree.Bool || c.Kind == jsontree.String && isExpression(c.Text):
		return p.value(at.in("Condition"), c)
	default:
		p.wrongKind(at.in("Condition"), c, "a boolean or an expression")
	}
	return nil
}

// Test is what a JSONPath rule asks: one comparison, or others together. Exactly
// one of And, Or, Not and Variable is set.
type Test struct {
	And, Or []*Test
	Not     *Test

	Variable   *Expr
	Comparison jsonpath.Comparison
	Operand    any   // prepared for Comparison
	OperandAt  *Expr // in place of Operand, when Comparison.Path
}

// test reads a rule or what is inside And, Or and Not; extra fields may stand
// beside the test.
func (p *parser) test(at place, n *node, extra ...string) *Test {
	if n.Kind != jsontree.Object {
		p.wrongKind(at, n, "an object")
		return &Test{}
	}
	t, found := &Test{}, ""
	fields := with(extra, "Variable", "And", "Or", "Not")
	for _, m := range n.Members {
		comparison, compares := jsonpath.LookupComparison(m.Key)
		if !compares && m.Key != "And" && m.Key != "Or" && m.Key != "Not" {
			continue
		}
		fields = append(fields, m.Key)
		if found != "" {
			p.add(InvalidValue, at.in(m.Key), m.Pos, "a rule has one test; beside %s there is %s: put both into And", found, m.Key)
			continue
		}
		found = m.Key
		p.operator(at, t, n, m, comparison)
	}
	p.known(at, n, fields...)
	if found == "" {
		p.add(MissingField, at, n.Pos, "a rule has a test: And, Or, Not, or Variable with an operator such as StringEquals")
	}
	return t
}

// operator reads what the field m of a rule tests.
func (p *parser) operator(at place, t *Test, n *node, m jsontree.Member, c jsonpath.Comparison) {
	here := at.in(m.Key)
	variable := n.Get("Variable")
	switch m.Key {
	case "And", "Or", "Not":
		if variable != nil {
			p.add(InvalidValue, at.in("Variable"), variable.Pos, "Variable stands beside a comparison, not beside %s", m.Key)
		}
		p.group(here, t, m)
		return
	}
	t.Comparison = c
	if variable == nil {
		p.add(MissingField, at, n.Pos, "%s needs a Variable to compare", m.Key)
	} else {
		t.Variable = p.pathText(at.in("Variable"), variable, anyPath)
	}
	if c.Path {
		t.OperandAt = p.pathText(here, m.Value, reference)
		return
	}
	var ok bool
	if t.Operand, ok = c.Prepare(constant(m.Value)); !ok {
		p.add(InvalidValue, here, m.Value.Pos, "%s is %s", m.Key, c.Want)
	}
}

func (p *parser) group(at place, t *Test, m jsontree.Member) {
	if m.Key == "Not" {
		t.Not = p.test(at, m.Value)
		return
	}
	if m.Value.Kind != jsontree.Array || len(m.Value.Items) == 0 {
		p.add(InvalidValue, at, m.Value.Pos, "%s is an array with at least one test", m.Key)
		return
	}
	tests := make([]*Test, len(m.Value.Items))
	for i, item := range m.Value.Items {
		tests[i] = p.test(at.in(itoa(i)), item)
	}
	if m.Key == "And" {
		t.And = tests
	} else {
		t.Or = tests
	}
}
