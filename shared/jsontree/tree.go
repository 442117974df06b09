// Package jsontree reads JSON documents that people write into trees that know
// where everything stands, so that problems can be reported at their places.
package jsontree

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is the kind of a JSON value.
type Kind byte

// The kinds.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String is the kind in words for a message.
func (k Kind) String() string {
	return [...]string{"null", "true or false", "a number", "a text", "a list", "an object"}[k]
}

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

// Within gives the offset in the document of byte i of a text, counting
// escapes.
func (n *Node) Within(data []byte, i int) int {
	raw := n.Pos + 1
	for decoded := 0; decoded < i && raw < len(data); {
		switch {
		case data[raw] != '\\':
			raw, decoded = raw+1, decoded+1
		case raw+5 < len(data) && data[raw+1] == 'u':
			r, width := escaped(data[raw:])
			raw, decoded = raw+width, decoded+len(string(r))
		default:
			raw, decoded = raw+2, decoded+1
		}
	}
	return raw
}

// escaped decodes an escape of the form \uXXXX, of which two can make one
// character, and returns its width. The document is known to be valid.
func escaped(data []byte) (r rune, width int) {
	unit := func(at int) rune {
		if at+6 > len(data) || data[at] != '\\' || data[at+1] != 'u' {
			return utf8.RuneError
		}
		n, _ := strconv.ParseUint(string(data[at+2:at+6]), 16, 16)
		return rune(n)
	}
	if pair := utf16.DecodeRune(unit(0), unit(6)); pair != utf8.RuneError {
		return pair, 12
	}
	return unit(0), 6
}
