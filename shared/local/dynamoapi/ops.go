package dynamoapi

import (
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/attrjson"
)

func keyOf(attributes attrjson.Item) (table.Key, error) {
	item := table.Item(attributes)
	if len(item) != 2 || item[table.PK] == nil || item[table.SK] == nil {
		return table.Key{}, invalid("The provided key element does not match the schema: a key is pk and sk")
	}
	return item.Key(), table.ValidateKey(item.Key())
}

// op translates one write.
func (h *Handler) op(kind table.OpKind, in writeInput) (op table.Op, err error) {
	if err := h.check(in.TableName); err != nil {
		return op, err
	}
	op.Kind = kind
	if kind == table.KindPut {
		if in.Key != nil {
			return op, invalid("a put has an Item, no Key")
		}
		op.Item = table.Item(in.Item)
		op.Key = op.Item.Key()
	} else {
		if in.Item != nil {
			return op, invalid("only a put has an Item")
		}
		if op.Key, err = keyOf(in.Key); err != nil {
			return op, err
		}
	}
	if v := in.ReturnValuesOnConditionCheckFailure; v != "" && v != "NONE" && v != "ALL_OLD" {
		return op, invalid("ReturnValuesOnConditionCheckFailure %s does not exist", v)
	}
	p := newParser(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	switch {
	case kind == table.KindUpdate:
		err = p.run("UpdateExpression", in.UpdateExpression, func() { p.update(&op) })
	case in.UpdateExpression != "":
		err = invalid("only an update has an UpdateExpression")
	}
	if err == nil && in.ConditionExpression != "" {
		err = p.run("ConditionExpression", in.ConditionExpression, func() { p.condition(&op) })
	}
	if err == nil {
		err = p.allUsed()
	}
	return op, err
}

// condition parses the conditions that package dynamo emits. The terms that
// make DynamoDB see an expired item as absent need no translation, the table
// does so by itself.
func (p *parser) condition(op *table.Op) {
	for {
		switch {
		case p.accept("attribute_exists"):
			p.expect("(")
			op.If = append(op.If, table.Exists(p.name()))
			p.expect(")")
		case p.accept("("):
			p.alternative(op)
			p.expect(")")
		default:
			attr := p.name()
			switch {
			case p.accept("="):
				op.If = append(op.If, table.Equal(attr, p.value()))
			case p.accept(">="):
				op.If = append(op.If, table.AtLeast(attr, p.value()))
			case p.accept("<"):
				op.If = append(op.If, table.Less(attr, p.value()))
			default:
				p.fail("an operator =, >= or <")
			}
		}
		if !p.accept("AND") {
			return
		}
	}
}

// alternative parses what stands in parentheses:
//
//	attribute_not_exists(ttl) OR ttl > now         the item is live
//	attribute_not_exists(x) OR ttl <= now          x is absent
//	attribute_not_exists(x) OR x BETWEEN a AND b   adding to x does not overflow
func (p *parser) alternative(op *table.Op) {
	p.expect("attribute_not_exists")
	p.expect("(")
	attr := p.name()
	p.expect(")")
	p.expect("OR")
	other := p.name()
	switch {
	case attr == table.TTL && other == table.TTL && p.accept(">"):
		p.integer()
	case other == table.TTL && p.accept("<="):
		p.integer()
		op.If = append(op.If, table.Absent(attr))
	case attr == other && p.accept("BETWEEN"):
		low := p.integer()
		p.expect("AND")
		high := p.integer()
		if n, added := op.Add[attr]; !added || !guards(n, low, high) {
			p.fail("a range that guards an addition")
		}
	default:
		p.fail("a comparison with the expiry")
	}
}

// update parses SET, ADD and REMOVE clauses.
func (p *parser) update(op *table.Op) {
	for {
		switch {
		case op.Set == nil && p.accept("SET"):
			op.Set = table.Item{}
			p.list(func() { attr := p.fresh(op); p.expect("="); op.Set[attr] = p.value() })
		case op.Add == nil && p.accept("ADD"):
			op.Add = map[string]int64{}
			p.list(func() { attr := p.fresh(op); op.Add[attr] = p.integer() })
		case op.Remove == nil && p.accept("REMOVE"):
			p.list(func() { op.Remove = append(op.Remove, p.fresh(op)) })
		default:
			p.fail("SET, ADD or REMOVE, each once")
		}
		if p.bad != nil || p.done() {
			return
		}
	}
}

func (p *parser) list(one func()) {
	for one(); p.bad == nil && p.accept(","); {
		one()
	}
}

// fresh reads a name that the update has not yet named.
func (p *parser) fresh(op *table.Op) string {
	attr := p.name()
	_, set := op.Set[attr]
	_, added := op.Add[attr]
	if set || added {
		p.fail("an attribute that the update names only once")
	}
	return attr
}
