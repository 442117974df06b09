package jsontree

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads one JSON document. Duplicate hears of keys that stand twice in
// their object, of which the first counts. An error comes with its byte offset.
// Text that is not UTF-8 is read with U+FFFD in its place, as by encoding/json.
func Parse(data []byte, maxDepth int, duplicate func(pos int, pointer, key string)) (*Node, int, error) {
	if !json.Valid(data) {
		pos, err := offending(data)
		return nil, pos, err
	}
	r := &reader{data: data, maxDepth: maxDepth, duplicate: duplicate}
	n, err := r.value("", 0)
	return n, r.at, err
}

// offending finds the byte that makes the document invalid.
func offending(data []byte) (int, error) {
	err := json.Unmarshal(data, new(json.RawMessage))
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	switch {
	case !ok:
		return 0, err
	case syntax.Offset >= int64(len(data)) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return len(data), errors.New("the document ends too early")
	}
	return int(syntax.Offset) - 1, syntax
}

// reader walks through a document that is known to be valid.
type reader struct {
	data      []byte
	at        int
	maxDepth  int
	duplicate func(pos int, pointer, key string)
}

// next skips to the next token and returns its first byte.
func (r *reader) next() byte {
	for ; ; r.at++ {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
		default:
			return c
		}
	}
}

func (r *reader) value(pointer string, depth int) (*Node, error) {
	first := r.next()
	if depth > r.maxDepth {
		return nil, fmt.Errorf("the document is nested deeper than %d levels", r.maxDepth)
	}
	n := &Node{Pos: r.at, Pointer: pointer}
	var err error
	switch first {
	case '{':
		n.Kind = Object
		err = r.object(n, depth)
	case '[':
		n.Kind = Array
		err = r.array(n, depth)
	case '"':
		n.Kind, n.Text = String, r.text()
	case 't', 'f':
		n.Kind, n.Text = Bool, r.word()
	case 'n':
		r.word()
	default:
		n.Kind, n.Text = Number, r.word()
	}
	n.End = r.at
	return n, err
}

func (r *reader) object(n *Node, depth int) error {
	var keys keySet
	for r.at++; r.next() != '}'; {
		pos := r.at
		key := r.text()
		at := Pointer(n.Pointer, key)
		v, err := r.value(at, depth+1)
		if err != nil {
			return err
		}
		if !keys.add(n, key) {
			r.duplicate(pos, at, key)
			continue
		}
		n.Members = append(n.Members, Member{key, pos, v})
	}
	r.at++
	return nil
}

// keySet holds the keys of a large object; in a small one looking through the
// members is faster.
type keySet map[string]bool

const small = 16

// add reports whether the object does not have the key yet.
func (s *keySet) add(n *Node, key string) bool {
	if len(n.Members) < small {
		return n.Get(key) == nil
	}
	if *s == nil {
		*s = keySet{}
		for _, m := range n.Members {
			(*s)[m.Key] = true
		}
	}
	twice := (*s)[key]
	(*s)[key] = true
	return !twice
}

func (r *reader) array(n *Node, depth int) error {
	for r.at++; r.next() != ']'; {
		v, err := r.value(n.Pointer+"/"+strconv.Itoa(len(n.Items)), depth+1)
		if err != nil {
			return err
		}
		n.Items = append(n.Items, v)
	}
	r.at++
	return nil
}

// word reads a number, true, false or null.
func (r *reader) word() string {
	start := r.at
	for r.at < len(r.data) && strings.IndexByte(" \t\r\n,]}", r.data[r.at]) < 0 {
		r.at++
	}
	return string(r.data[start:r.at])
}

// text reads a string.
func (r *reader) text() string {
	start, escapes := r.at, false
	for r.at++; r.data[r.at] != '"'; r.at++ {
		if r.data[r.at] == '\\' {
			escapes = true
			r.at++
		}
	}
	r.at++
	raw := r.data[start:r.at]
	if inner := raw[1 : len(raw)-1]; !escapes && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(raw, &s) // it is valid
	return s
}
