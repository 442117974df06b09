package asl

import (
	"math"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/jsontree"
)

// maxSeconds is the longest time AWS accepts in a field.
const maxSeconds = 99_999_999

func (p *parser) wrongKind(at place, n *node, want string) {
	p.add(InvalidValue, at, n.Pos, "%s is %s, not %s", lastField(at), want, called(n.Kind))
}

func lastField(at place) string { return at.field[strings.LastIndexByte(at.field, '/')+1:] }

// text reads an optional string.
func (p *parser) text(at place, n *node, key string) string {
	v := n.Get(key)
	if v == nil {
		return ""
	}
	if v.Kind != jsontree.String {
		p.wrongKind(at.in(key), v, "a string")
	}
	return v.Text
}

// number reads an optional number between low and high.
func (p *parser) number(at place, n *node, key string, def, low, high float64) float64 {
	v := n.Get(key)
	if v == nil {
		return def
	}
	f := number(v)
	switch {
	case v.Kind != jsontree.Number:
		p.wrongKind(at.in(key), v, "a number")
	case !(f >= low && f <= high):
		p.add(InvalidValue, at.in(key), v.Pos, "%s is %s; it must be between %v and %v", key, v.Text, low, high)
	}
	return f
}

// whole reads an optional whole number.
func (p *parser) whole(at place, n *node, key string, def, low, high int) int {
	f := p.number(at, n, key, float64(def), float64(low), float64(high))
	if f != math.Trunc(f) {
		p.add(InvalidValue, at.in(key), n.Get(key).Pos, "%s is %v, not a whole number", key, f)
	}
	return int(f)
}

// amount reads an optional whole number that may be an expression.
func (p *parser) amount(at place, n *node, key string, low int) *Value {
	v := n.Get(key)
	if v == nil {
		return nil
	}
	if !p.paths && v.Kind == jsontree.String && isExpression(v.Text) {
		return p.value(at.in(key), v)
	}
	return &Value{constant: float64(p.whole(at, n, key, 0, low, maxSeconds))}
}

// words reads an optional string that may be an expression.
func (p *parser) words(at place, n *node, key string) *Value {
	v := n.Get(key)
	if v == nil {
		return nil
	}
	if v.Kind != jsontree.String {
		p.wrongKind(at.in(key), v, "a string or an expression")
	}
	return p.value(at.in(key), v)
}

// any reads an optional value of any kind.
func (p *parser) any(at place, n *node, key string) *Value {
	if v := n.Get(key); v != nil {
		return p.value(at.in(key), v)
	}
	return nil
}

func number(n *node) float64 {
	f, err := strconv.ParseFloat(n.Text, 64)
	if err != nil {
		return 0
	}
	return f
}
