package asl

import (
	"math"
	"strconv"
	"strings"
)

// maxSeconds is the longest time AWS accepts in a field.
const maxSeconds = 99_999_999

func (p *parser) wrongKind(at place, n *node, want string) {
	p.add(InvalidValue, at, n.pos, "%s is %s, not %s", lastField(at), want, n.kind)
}

func lastField(at place) string { return at.field[strings.LastIndexByte(at.field, '/')+1:] }

// text reads an optional string.
func (p *parser) text(at place, n *node, key string) string {
	v := n.get(key)
	if v == nil {
		return ""
	}
	if v.kind != kindString {
		p.wrongKind(at.in(key), v, "a string")
	}
	return v.text
}

// number reads an optional number between low and high.
func (p *parser) number(at place, n *node, key string, def, low, high float64) float64 {
	v := n.get(key)
	if v == nil {
		return def
	}
	f := v.number()
	switch {
	case v.kind != kindNumber:
		p.wrongKind(at.in(key), v, "a number")
	case !(f >= low && f <= high):
		p.add(InvalidValue, at.in(key), v.pos, "%s is %s; it must be between %v and %v", key, v.text, low, high)
	}
	return f
}

// whole reads an optional whole number.
func (p *parser) whole(at place, n *node, key string, def, low, high int) int {
	f := p.number(at, n, key, float64(def), float64(low), float64(high))
	if f != math.Trunc(f) {
		p.add(InvalidValue, at.in(key), n.get(key).pos, "%s is %v, not a whole number", key, f)
	}
	return int(f)
}

// amount reads an optional whole number that may be an expression.
func (p *parser) amount(at place, n *node, key string, low int) *Value {
	v := n.get(key)
	if v == nil {
		return nil
	}
	if !p.paths && v.kind == kindString && isExpression(v.text) {
		return p.value(at.in(key), v)
	}
	return &Value{constant: float64(p.whole(at, n, key, 0, low, maxSeconds))}
}

// words reads an optional string that may be an expression.
func (p *parser) words(at place, n *node, key string) *Value {
	v := n.get(key)
	if v == nil {
		return nil
	}
	if v.kind != kindString {
		p.wrongKind(at.in(key), v, "a string or an expression")
	}
	return p.value(at.in(key), v)
}

// any reads an optional value of any kind.
func (p *parser) any(at place, n *node, key string) *Value {
	if v := n.get(key); v != nil {
		return p.value(at.in(key), v)
	}
	return nil
}

func (n *node) number() float64 {
	f, err := strconv.ParseFloat(n.text, 64)
	if err != nil {
		return 0
	}
	return f
}
