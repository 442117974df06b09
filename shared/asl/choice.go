package asl

import "github.com/orderloom/orderloom/shared/jsonpath"

// choice reads a Choice state and its rules, in the language of the state.
func (p *parser) choice(at place, st *State, n *node) {
	p.known(at, n, with(common, with(p.own(output, inAndOut), "Choices", "Default", "Assign")...)...)
	p.flow(at, st, n)
	if n.get("Default") != nil {
		p.edge(at, st, n, "Default", st.Assign, &st.Default)
	}
	choices := n.get("Choices")
	if choices == nil || choices.kind != kindArray || len(choices.items) == 0 {
		p.add(MissingField, at, n.pos, "a Choice state has an array Choices with at least one rule")
		return
	}
	st.Rules = make([]Rule, len(choices.items))
	for i, c := range choices.items {
		p.rule(at.in("Choices").in(itoa(i)), st, &st.Rules[i], c)
	}
}

func (p *parser) rule(at place, st *State, r *Rule, n *node) {
	if n.kind != kindObject {
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
	switch c := n.get("Condition"); {
	case c == nil:
		p.add(MissingField, at, n.pos, "Condition is missing")
	case c.kind == kindBool || c.kind == kindString && isExpression(c.text):
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
	if n.kind != kindObject {
		p.wrongKind(at, n, "an object")
		return &Test{}
	}
	t, found := &Test{}, ""
	fields := with(extra, "Variable", "And", "Or", "Not")
	for _, m := range n.members {
		comparison, compares := jsonpath.LookupComparison(m.key)
		if !compares && m.key != "And" && m.key != "Or" && m.key != "Not" {
			continue
		}
		fields = append(fields, m.key)
		if found != "" {
			p.add(InvalidValue, at.in(m.key), m.pos, "a rule has one test; beside %s there is %s: put both into And", found, m.key)
			continue
		}
		found = m.key
		p.operator(at, t, n, m, comparison)
	}
	p.known(at, n, fields...)
	if found == "" {
		p.add(MissingField, at, n.pos, "a rule has a test: And, Or, Not, or Variable with an operator such as StringEquals")
	}
	return t
}

// operator reads what the field m of a rule tests.
func (p *parser) operator(at place, t *Test, n *node, m member, c jsonpath.Comparison) {
	here := at.in(m.key)
	variable := n.get("Variable")
	switch m.key {
	case "And", "Or", "Not":
		if variable != nil {
			p.add(InvalidValue, at.in("Variable"), variable.pos, "Variable stands beside a comparison, not beside %s", m.key)
		}
		p.group(here, t, m)
		return
	}
	t.Comparison = c
	if variable == nil {
		p.add(MissingField, at, n.pos, "%s needs a Variable to compare", m.key)
	} else {
		t.Variable = p.pathText(at.in("Variable"), variable, anyPath)
	}
	if c.Path {
		t.OperandAt = p.pathText(here, m.val, reference)
		return
	}
	var ok bool
	if t.Operand, ok = c.Prepare(m.val.constant()); !ok {
		p.add(InvalidValue, here, m.val.pos, "%s is %s", m.key, c.Want)
	}
}

func (p *parser) group(at place, t *Test, m member) {
	if m.key == "Not" {
		t.Not = p.test(at, m.val)
		return
	}
	if m.val.kind != kindArray || len(m.val.items) == 0 {
		p.add(InvalidValue, at, m.val.pos, "%s is an array with at least one test", m.key)
		return
	}
	tests := make([]*Test, len(m.val.items))
	for i, item := range m.val.items {
		tests[i] = p.test(at.in(itoa(i)), item)
	}
	if m.key == "And" {
		t.And = tests
	} else {
		t.Or = tests
	}
}
