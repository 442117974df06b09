package policy

import (
	"fmt"

	"github.com/orderloom/orderloom/shared/money"
)

// emitRelation counts, or adds up, the related records that meet the condition.
func (c *Condition) emitRelation(s scope) string {
	each := scope{facts: s.facts, related: "$e", relation: c.leads}
	count := "$count($l)"
	if c.Where != nil {
		count = fmt.Sprintf("$count($filter($l, function($e) { %s }))", c.Where.emit(each))
	}
	var asked string
	switch {
	case c.Has == HasAny:
		asked = count + " > 0"
	case c.Has == HasAll:
		asked = count + " = $count($l)"
	case c.Has == HasNone:
		asked = count + " = 0"
	case c.Has == HasSum:
		asked = c.emitRow(c.emitSum(each), s)
	case len(c.want.fields) > 0:
		asked = c.emitRow(count, s)
	default:
		asked = "($v := " + count + "; " + c.want.emitOrder("$v", "", c.want.numbersAt(0)) + ")"
	}
	return fmt.Sprintf(`($l := %s; $type($l) = "array" ? %s : false)`, s.lookup(c.relationFact()), asked)
}

// emitSum adds up; a sum that is not exact has no data.
func (c *Condition) emitSum(each scope) string {
	of := each.lookup(c.Of)
	counts := `$type(` + of + `) = "number"`
	if c.Where != nil {
		counts += " and " + c.Where.emit(each)
	}
	exact := fmt.Sprintf("$abs($s) <= %d", money.MaxMinor)
	if c.sumsAmounts() {
		exact += " and $exists(" + each.lookup(currencyDigits) + ")"
	}
	return fmt.Sprintf("($s := $reduce($l, function($a, $e) { %s ? $a + %s : $a }, 0); %s ? $s)", counts, of, exact)
}
