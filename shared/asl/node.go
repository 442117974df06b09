package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a definition; AWS's own documents stay far below.
const maxDepth = 200

type kind byte

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
)

func (k kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// node is a JSON value that knows where it stands.
type node struct {
	kind    kind
	pos     int    // byte offset of its first character
	text    string // of a string: its value; of a number: its literal
	yes     bool   // of a boolean
	items   []*node
	members []member
}

type member struct {
	key string
	pos int // of the key
	val *node
}

func (n *node) get(key string) *node {
	for _, m := range n.members {
		if m.key == key {
			return m.val
		}
	}
	return nil
}

// reader builds nodes from the tokens of encoding/json.
type reader struct {
	data []byte
	dec  *json.Decoder
	dup  func(pos int, key string)
}

// read parses one JSON document; dup hears of repeated keys, of which the first
// counts. A syntax error is returned with its position.
func read(data []byte, dup func(pos int, key string)) (*node, int, error) {
	r := &reader{data: data, dec: json.NewDecoder(bytes.NewReader(data)), dup: dup}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err == nil {
		if _, end := r.dec.Token(); end == io.EOF {
			return n, 0, nil
		}
	}
	if at, syntax := offending(data); syntax != nil {
		return nil, at, syntax
	}
	return nil, r.next(), err
}

// offending finds the byte that makes the document invalid JSON: the offsets of
// a decoder that reads token by token do not count all bytes.
func offending(data []byte) (int, error) {
	err := json.Unmarshal(data, new(json.RawMessage))
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	switch {
	case !ok:
		return 0, nil
	case syntax.Offset >= int64(len(data)) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return len(data), io.ErrUnexpectedEOF
	}
	return int(syntax.Offset) - 1, syntax
}

// next is the offset of the token that comes next.
func (r *reader) next() int {
	for i := int(r.dec.InputOffset()); i < len(r.data); i++ {
		switch r.data[i] {
		case ' ', '\t', '\r', '\n', ',', ':':
		default:
			return i
		}
	}
	return len(r.data)
}

func (r *reader) value(depth int) (*node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	n := &node{pos: r.next()}
	tok, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := tok.(type) {
	case bool:
		n.kind, n.yes = kindBool, t
	case json.Number:
		n.kind, n.text = kindNumber, t.String()
	case string:
		n.kind, n.text = kindString, t
	case json.Delim:
		if t == '[' {
			n.kind = kindArray
			return n, r.array(n, depth)
		}
		n.kind = kindObject
		return n, r.object(n, depth)
	}
	return n, nil
}

func (r *reader) array(n *node, depth int) error {
	for r.dec.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.dec.Token()
	return err
}

func (r *reader) object(n *node, depth int) error {
	seen := map[string]bool{}
	for r.dec.More() {
		pos := r.next()
		tok, err := r.dec.Token()
		if err != nil {
			return err
		}
		key, _ := tok.(string)
		val, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		if seen[key] {
			r.dup(pos, key)
			continue
		}
		seen[key] = true
		n.members = append(n.members, member{key, pos, val})
	}
	_, err := r.dec.Token()
	return err
}

// within gives the offset in the document of byte i of a string node's value,
// counting escapes.
func (n *node) within(data []byte, i int) int {
	raw := n.pos + 1
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
// character, and returns its width. The decoder has accepted it before.
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
