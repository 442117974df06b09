package asl

import "github.com/orderloom/orderloom/shared/jsonata"

// Value is a JSON value of a definition that may contain expressions: with
// JSONata any string "{% … %}", with JSONPath the values of keys "….$".
type Value struct {
	constant any
	expr     *Expr
	keys     []string // of an object that holds expressions
	items    []*Value
	object   bool
}

// Constant returns the value and true when it holds no expression.
func (v *Value) Constant() (any, bool) {
	return v.constant, v.expr == nil && v.items == nil
}

// Eval builds the value, asking eval for each expression in the order of the
// document. Constants are shared, not copied: nobody may change the result.
func (v *Value) Eval(eval func(*Expr) (any, error)) (any, error) {
	switch {
	case v.expr != nil:
		return eval(v.expr)
	case v.items == nil:
		return v.constant, nil
	case v.object:
		out := jsonata.NewObject()
		for i, item := range v.items {
			x, err := item.Eval(eval)
			if err != nil {
				return nil, err
			}
			out.Set(v.keys[i], x)
		}
		return out, nil
	}
	out := make([]any, len(v.items))
	for i, item := range v.items {
		x, err := item.Eval(eval)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

// Each calls f for every expression in the value.
func (v *Value) Each(f func(*Expr)) {
	if v == nil {
		return
	}
	if v.expr != nil {
		f(v.expr)
	}
	for _, item := range v.items {
		item.Each(f)
	}
}

// value compiles a node of a state's field.
func (p *parser) value(at place, n *node) *Value {
	if p.paths {
		return p.templateValue(at, n)
	}
	switch n.kind {
	case kindString:
		if isExpression(n.text) {
			return &Value{expr: p.expression(at, n)}
		}
		return &Value{constant: n.text}
	case kindObject, kindArray:
		return p.composite(at, n)
	}
	return &Value{constant: n.constant()}
}

func (p *parser) composite(at place, n *node) *Value {
	return p.built(n, func(add func(string, *Value)) {
		for _, m := range n.members {
			add(m.key, p.value(at.in(m.key), m.val))
		}
		for i, item := range n.items {
			add("", p.value(at.in(itoa(i)), item))
		}
	})
}

// built collects the parts of an object or array; without expressions in them
// it is a constant.
func (p *parser) built(n *node, parts func(add func(key string, item *Value))) *Value {
	v := &Value{object: n.kind == kindObject}
	constant := true
	parts(func(key string, item *Value) {
		if _, ok := item.Constant(); !ok {
			constant = false
		}
		v.items = append(v.items, item)
		if v.object {
			v.keys = append(v.keys, key)
		}
	})
	if constant {
		return &Value{constant: n.constant()}
	}
	return v
}

// constant is the node as a value of package jsonata.
func (n *node) constant() any {
	switch n.kind {
	case kindBool:
		return n.yes
	case kindNumber:
		return n.number()
	case kindString:
		return n.text
	case kindArray:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = item.constant()
		}
		return out
	case kindObject:
		out := jsonata.NewObject()
		for _, m := range n.members {
			out.Set(m.key, m.val.constant())
		}
		return out
	}
	return nil
}
