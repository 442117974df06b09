package jsondoc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/jsontree"
)

// Parser reads fields and collects problems. Reading goes on after a problem;
// what could not be read is the zero value.
type Parser struct {
	Root *Node // nil when the document is not JSON

	data     []byte
	step     string
	problems Problems
}

// maxProblems bounds the list; a document with more is not a document.
const maxProblems = 500

// Parse reads a document whose root is an object.
func Parse(data []byte) *Parser {
	p := &Parser{data: data}
	root, pos, err := p.read(data)
	if err != nil {
		p.Add(InvalidJSON, "", pos, "not valid JSON: %v", err)
		return p
	}
	if root.Kind != Object {
		p.Add(InvalidJSON, "", root.Pos, "the document is %s; it must be an object", root.Kind)
		return p
	}
	p.Root = root
	return p
}

// Problems returns what was found so far, in the order of positions.
func (p *Parser) Problems() Problems {
	ps := sorted(slices.Clone(p.problems))
	locate(p.data, ps)
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// In names the step or rule of the problems that follow.
func (p *Parser) In(step string) { p.step = step }

// Add notes a problem. A message may end with " | " and a remedy.
func (p *Parser) Add(code, pointer string, pos int, format string, args ...any) {
	if len(p.problems) >= maxProblems {
		return
	}
	message, remedy, _ := strings.Cut(fmt.Sprintf(format, args...), " | ")
	p.problems = append(p.problems, Problem{Code: code, Step: p.step, Pointer: pointer, Pos: pos, Message: message, Remedy: remedy})
}

// At notes a problem of a node.
func (p *Parser) At(n *Node, code, format string, args ...any) {
	p.Add(code, n.Pointer, n.Pos, format, args...)
}

// Known reports the keys of an object that are not in the list.
func (p *Parser) Known(n *Node, keys ...string) {
	for _, m := range n.Members {
		if !slices.Contains(keys, m.Key) {
			p.Add(UnknownField, Pointer(n.Pointer, m.Key), m.Pos, "there is no field %q here | Known fields: %s", m.Key, strings.Join(keys, ", "))
		}
	}
}

// Is reports whether a node has the kind, and notes a problem when it has not.
func (p *Parser) Is(n *Node, kind jsontree.Kind) bool {
	if n.Kind != kind {
		p.At(n, WrongType, "this is %s; it must be %s", n.Kind, kind)
		return false
	}
	return true
}

// Need returns a field that must be there, nil after noting that it is not.
func (p *Parser) Need(n *Node, key string) *Node {
	v := n.Get(key)
	if v == nil {
		p.At(n, MissingField, "the field %q is missing", key)
	}
	return v
}

// Text reads a text field, "" when it is absent.
func (p *Parser) Text(n *Node, key string) string {
	v := n.Get(key)
	if v == nil || !p.Is(v, String) {
		return ""
	}
	return v.Text
}

// NeedText reads a text field that must be there and not be empty.
func (p *Parser) NeedText(n *Node, key string) string {
	v := p.Need(n, key)
	if v == nil || !p.Is(v, String) {
		return ""
	}
	if v.Text == "" {
		p.At(v, InvalidValue, "%q must not be empty", key)
	}
	return v.Text
}

// Choice reads a text field that must be one of the values.
func (p *Parser) Choice(n *Node, key string, values ...string) string {
	v := p.Need(n, key)
	if v == nil || !p.Is(v, String) {
		return ""
	}
	if !slices.Contains(values, v.Text) {
		p.At(v, InvalidValue, "%q is not a value of %q | Possible values: %s", v.Text, key, strings.Join(values, ", "))
		return ""
	}
	return v.Text
}

// Int reads a whole number between low and high, def when it is absent.
func (p *Parser) Int(n *Node, key string, def, low, high int) int {
	v := n.Get(key)
	if v == nil || !p.Is(v, Number) {
		return def
	}
	i, err := strconv.Atoi(v.Text)
	if err != nil || i < low || i > high {
		p.At(v, InvalidValue, "%s is not a whole number between %d and %d", v.Text, low, high)
		return def
	}
	return i
}

// List returns the items of a list field, nil when it is absent.
func (p *Parser) List(n *Node, key string) []*Node {
	v := n.Get(key)
	if v == nil || !p.Is(v, Array) {
		return nil
	}
	return v.Items
}

// Texts reads a list of texts.
func (p *Parser) Texts(n *Node, key string) []string {
	var out []string
	for _, item := range p.List(n, key) {
		if p.Is(item, String) {
			out = append(out, item.Text)
		}
	}
	return out
}
