package asl

import (
	"errors"
	"regexp"
	"strings"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// Value is a JSON value of a definition in which any string may be an
// expression, "{% … %}".
type Value struct {
	constant any
	expr     *Expr
	keys     []string // of an object that holds expressions
	items    []*Value
	object   bool
}

// Expr is one compiled expression.
type Expr struct {
	*jsonata.Expr
	Field        string // where it stands in its state, e.g. "Arguments/Payload/order"
	NeedsContext bool   // it may read $states.context
	NeedsStates  bool   // it reads $states

	state   string
	pointer string
	pos     int
	vars    []string
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
	v := &Value{object: n.kind == kindObject}
	constant := true
	add := func(key string, child *node) {
		item := p.value(at.in(key), child)
		if _, ok := item.Constant(); !ok {
			constant = false
		}
		v.items = append(v.items, item)
	}
	for _, m := range n.members {
		v.keys = append(v.keys, m.key)
		add(m.key, m.val)
	}
	for i, item := range n.items {
		add(itoa(i), item)
	}
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

func isExpression(s string) bool {
	return len(s) >= 4 && strings.HasPrefix(s, "{%") && strings.HasSuffix(s, "%}")
}

var plainStates = regexp.MustCompile(`\$states\s*\.\s*(input|result|errorOutput)\b`)

func (p *parser) expression(at place, n *node) *Expr {
	src := n.text[2 : len(n.text)-2]
	e := &Expr{Field: at.field, state: at.state, pointer: at.pointer, pos: n.pos}
	compiled, err := jsonata.Compile(strings.TrimSpace(src), p.options...)
	if err != nil {
		pos := n.pos
		if j, ok := errors.AsType[*jsonata.Error](err); ok && j.Position >= 0 {
			lead := len(src) - len(strings.TrimLeft(src, " \t\r\n"))
			pos = n.within(p.data, 2+lead+j.Position)
		}
		p.add(InvalidExpression, at, pos, "the expression is not valid: %v", err)
		return e
	}
	e.Expr, e.vars = compiled, compiled.Vars()
	uses := strings.Count(src, "$states")
	e.NeedsStates = uses > 0
	e.NeedsContext = uses > len(plainStates.FindAllString(src, -1))
	p.exprs = append(p.exprs, e)
	return e
}

// otherContext are the parts of the context without the token.
var otherContext = regexp.MustCompile(`context\s*\.\s*(Execution|StateMachine|State|Map)\b`)

// mayReadToken reports whether the expression can yield the task token.
func (e *Expr) mayReadToken() bool {
	if e.Expr == nil {
		return true // reported already
	}
	src := e.Source()
	uses := strings.Count(src, "context")
	return e.NeedsContext && (uses == 0 || uses > len(otherContext.FindAllString(src, -1)))
}
