// Package jsondoc reads fields of JSON documents that people write and collects
// their problems, each at its place and all of them at once.
package jsondoc

import (
	"strings"

	"github.com/orderloom/orderloom/shared/jsontree"
)

// Node is one value of a document.
type Node = jsontree.Node

// Member is one key of an object.
type Member = jsontree.Member

// The kinds of values.
const (
	Object = jsontree.Object
	Array  = jsontree.Array
	String = jsontree.String
	Number = jsontree.Number
	Bool   = jsontree.Bool
	Null   = jsontree.Null
)

// Pointer appends a key to a JSON pointer.
func Pointer(base, key string) string { return jsontree.Pointer(base, key) }

// Find returns the node at a JSON pointer, or the nearest one around it; nil
// when there is no document.
func (p *Parser) Find(pointer string) *Node {
	n := p.Root
	for n != nil && n.Pointer != pointer {
		next := towards(n, pointer)
		if next == nil {
			break
		}
		n = next
	}
	return n
}

// towards returns the child that is at the pointer or around it.
func towards(n *Node, pointer string) *Node {
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
