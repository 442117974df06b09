package jsonata

import (
	"errors"
	"math"
)

type operands struct {
	lhs, rhs evaluator
	op       string
	pos      place
}

func (o *operands) both(f *frame, in any) (l, r any, err error) {
	if l, err = o.lhs.eval(f, in); err != nil {
		return nil, nil, err
	}
	r, err = o.rhs.eval(f, in)
	return l, r, err
}

func (o *operands) fail(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Position, e.Start = -1, -1
		return at(e, o.pos, o.op)
	}
	return err
}

func (c *compiler) binary(n *node) (evaluator, error) {
	l, err := c.node(n.lhs)
	if err != nil {
		return nil, err
	}
	r, err := c.node(n.rhs)
	if err != nil {
		return nil, err
	}
	o := operands{l, r, n.text, n.pos}
	switch n.text {
	case "+", "-", "*", "/", "%":
		return &arithmetic{o, n.text[0]}, nil
	case "=", "!=":
		return &equality{o, n.text == "!="}, nil
	case "<", "<=", ">", ">=":
		return &comparison{o, n.text[0] == '<', len(n.text) == 2}, nil
	case "&":
		return &concat{o}, nil
	case "and", "or":
		return &logic{o, n.text == "or"}, nil
	case "in":
		return &includes{o}, nil
	case "..":
		return &rangeNode{o}, nil
	}
	return nil, n.pos.fail("S0201", n.text, nil)
}

type arithmetic struct {
	operands
	op byte
}

func (n *arithmetic) eval(f *frame, in any) (any, error) {
	l, r, err := n.both(f, in)
	if err != nil {
		return nil, err
	}
	x, okX, err := finite(l)
	if err != nil {
		return nil, n.fail(err)
	}
	if !okX && !IsUndefined(l) {
		return nil, n.pos.fail("T2001", n.operands.op, l)
	}
	y, okY, err := finite(r)
	if err != nil {
		return nil, n.fail(err)
	}
	if !okY && !IsUndefined(r) {
		return nil, n.pos.fail("T2002", n.operands.op, r)
	}
	if !okX || !okY {
		return undef, nil
	}
	switch n.op {
	case '+':
		x += y
	case '-':
		x -= y
	case '*':
		x *= y
	case '/':
		x /= y
	case '%':
		x = math.Mod(x, y)
	}
	return number(x), nil
}

// finite is the number v; ok is false for anything else and for NaN.
func finite(v any) (f float64, ok bool, err error) {
	f, ok = v.(float64)
	if !ok || f-f == 0 {
		return f, ok, nil
	}
	if math.IsNaN(f) {
		return 0, false, nil
	}
	return 0, false, failValue("D1001", v)
}

type equality struct {
	operands
	negate bool
}

func (n *equality) eval(f *frame, in any) (any, error) {
	l, r, err := n.both(f, in)
	if err != nil {
		return nil, err
	}
	if IsUndefined(l) || IsUndefined(r) {
		return false, nil
	}
	eq, err := equal(f.run, l, r)
	return eq != n.negate, err
}

type comparison struct {
	operands
	less, orEqual bool
}

func (n *comparison) eval(f *frame, in any) (any, error) {
	l, r, err := n.both(f, in)
	if err != nil {
		return nil, err
	}
	if x, ok := l.(float64); ok {
		if y, ok := r.(float64); ok {
			switch {
			case n.orEqual && x == y:
				return true, nil
			case n.less:
				return x < y, nil
			}
			return x > y, nil
		}
	}
	noL, noR := IsUndefined(l), IsUndefined(r)
	if !orderable(l) && !noL {
		return nil, n.pos.fail("T2010", n.op, l)
	}
	if !orderable(r) && !noR {
		return nil, n.pos.fail("T2010", n.op, r)
	}
	if noL || noR {
		return undef, nil
	}
	c, ok := compare(l, r)
	if !ok {
		return nil, n.pos.fail("T2009", n.op, l)
	}
	if n.less {
		c = -c
	}
	return c > 0 || c == 0 && n.orEqual, nil
}

type concat struct{ operands }

func (n *concat) eval(f *frame, in any) (any, error) {
	l, r, err := n.both(f, in)
	if err != nil {
		return nil, err
	}
	a, err := textOf(f.run, l)
	if err != nil {
		return nil, n.fail(err)
	}
	b, err := textOf(f.run, r)
	if err != nil {
		return nil, n.fail(err)
	}
	if err := f.run.text(len(a) + len(b)); err != nil {
		return nil, err
	}
	return a + b, nil
}

type logic struct {
	operands
	or bool
}

func (n *logic) eval(f *frame, in any) (any, error) {
	for i, e := range [2]evaluator{n.lhs, n.rhs} {
		v, err := e.eval(f, in)
		if err != nil {
			return nil, err
		}
		yes, err := truth(f.run, v)
		if err != nil {
			return nil, n.fail(err)
		}
		if i == 1 || yes == n.or {
			return yes, nil
		}
	}
	return n.or, nil
}
