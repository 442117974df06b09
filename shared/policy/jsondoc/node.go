// Package jsondoc reads JSON documents that people write, keeping the position
// of everything, so that every problem can be reported at its place and all of
// them at once.
package jsondoc

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Kind is the kind of a JSON value.
type Kind string

// The kinds.
const (
	Object Kind = "an object"
	Array  Kind = "a list"
	String Kind = "a text"
	Number Kind = "a number"
	Bool   Kind = "true or false"
	Null   Kind = "null"
)

// Node is one value of a document.
type Node struct {
	Kind    Kind
	Text    string   // String: the text; Number: as written; Bool: "true" or "false"
	Members []Member // Object, in the order of the document
	Items   []*Node  // Array
	Pos     int      // byte offset of the value
	End     int      // byte offset after it
	Pointer string   // JSON pointer (RFC 6901)
}

// Member is one key of an object.
type Member struct {
	Key   string
	Pos   int // byte offset of the key
	Value *Node
}

// Get returns the value of a key, nil when there is none.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for _, m := range n.Members {
		if m.Key == key {
			return m.Value
		}
	}
	return nil
}

// Value converts a node to what encoding/json would decode, numbers as
// json.Number.
func (n *Node) Value() any {
	switch n.Kind {
	case Object:
		out := make(map[string]any, len(n.Members))
		for _, m := range n.Members {
			out[m.Key] = m.Value.Value()
		}
		return out
	case Array:
		out := make([]any, len(n.Items))
		for i, item := range n.Items {
			out[i] = item.Value()
		}
		return out
	case String:
		return n.Text
	case Number:
		return json.Number(n.Text)
	case Bool:
		return n.Text == "true"
	}
	return nil
}

// Pointer appends a key to a JSON pointer.
func Pointer(base, key string) string {
	if strings.ContainsAny(key, "~/") {
		key = strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
	}
	return base + "/" + key
}

func index(base string, i int) string { return base + "/" + strconv.Itoa(i) }

// Find returns the node at a JSON pointer, or the nearest one around it; nil
// when there is no document.
func (p *Parser) Find(pointer string) *Node {
	n := p.Root
	for n != nil && n.Pointer != pointer {
		next := n.within(pointer)
		if next == nil {
			break
		}
		n = next
	}
	return n
}

// within returns the child that is at the pointer or around it.
func (n *Node) within(pointer string) *Node {
	leads := func(c *Node) bool { return pointer == c.Pointer || strings.HasPrefix(pointer, c.Pointer+"/") }
	for _, m := range n.Members {
		if leads(m.Value) {
			return m.Value
		}
	}
	for _, item := range n.Items {
		if leads(item) {
			return item
		}
	}
	return nil
}
