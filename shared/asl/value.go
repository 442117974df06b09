package asl

import (
	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsontree"
)

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
	switch n.Kind {
	case jsontree.String:
		if isExpression(n.Text) {
			return &Value{expr: p.expression(at, n)}
		}
		return &Value{constant: n.Text}
	case jsontree.Object, jsontree.Array:
		return p.composite(at, n)
	}
	return &Value{constant: constant(n)}
}

func (p *parser) composite(at place, n *node) *Value {
	return p.built(n, func(add func(string, *Value)) {
		for _, m := range n.Members {
			add(m.Key, p.value(at.in(m.Key), m.Value))
		}
		for i, item := range n.Items {
			add("", p.value(at.in(itoa(i)), item))
		}
	})
}

// built collects the parts of an object or array; without expressions in them
// it is a constant.
func (p *parser) built(n *node, parts func(add func(key string, item *Value))) *Value {
	v := &Value{object: n.Kind == jsontree.Object}
	fixed := true
	parts(func(key string, item *Value) {
		if _, ok := item.Constant(); !ok {
			fixed = false
		}
		v.items = append(v.items, item)
		if v.object {
			v.keys = append(v.keys, key)
		}
	})
	if fixed {
		return &Value{constant: constant(n)}
	}
	return v
}

// constant is the node as a value of package jsonata.
func constant(n *node) any {
	switch n.Kind {
	case jsontree.Bool:
		return n.Text == "true"
	case jsontree.Number:
		return number(n)
	case jsontree.String:
		return n.Text
	case jsontree.Array:
		out := make([]any, len(n.Items))
		for i, item := range n.Items {
			out[i] = constant(item)
		}
		return out
	case jsontree.Object:
		out := jsonata.NewObject()
		for _, m := range n.Members {
			out.Set(m.Key, constant(m.Value))
		}
		return out
	}
	return nil
}
