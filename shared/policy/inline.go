package policy

import (
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Actions can stand outside of a policy: a step of a flow sets fields without
// asking anything.

// ParseActions reads the list of actions under a key of another document, whose
// parser collects the problems.
func ParseActions(p *jsondoc.Parser, n *jsondoc.Node, key string, of event.Entity, customs ...Custom) (all []Action) {
	r := reader{p, customs}
	for _, item := range r.List(n, key) {
		if a, ok := r.action(item, of); ok {
			all = append(all, a)
		}
	}
	return all
}

// Do computes what actions set on a record. Those whose values have no data are
// left out; skipped says why.
func Do(all []Action, r Record) (done []Action, skipped []string) {
	var out Result
	var rule RuleResult
	out.act(&rule, all, r)
	return out.Actions, rule.Skipped
}

// ParseExpression reads how to compute a value, inside another document.
func ParseExpression(p *jsondoc.Parser, n *jsondoc.Node, of event.Entity, customs ...Custom) *Expression {
	return expressionReader{reader{p, customs}, of, new(int)}.expression(n)
}

// Text computes the value on a record; what has no data is an error.
func (e *Expression) Text(r Record) (string, error) { return e.write(r) }
