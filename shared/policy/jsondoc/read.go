package jsondoc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits of a document.
const (
	MaxBytes = 4 << 20
	maxDepth = 64
)

// read parses a whole document. The error comes with its byte offset.
func (p *Parser) read(data []byte) (*Node, int, error) {
	if len(data) > MaxBytes {
		return nil, 0, fmt.Errorf("the document has %d bytes, more than %d", len(data), MaxBytes)
	}
	if !utf8.Valid(data) {
		return nil, 0, errors.New("the document is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	r := &tokens{p: p, data: data, dec: dec}
	n, err := r.value("", 0)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = errors.New("something follows after the document")
		}
	}
	if err == nil {
		return n, 0, nil
	}
	if at, syntax := offending(data); syntax != nil {
		return nil, at, syntax
	}
	return nil, int(dec.InputOffset()), err
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
		return len(data), errors.New("the document ends too early")
	}
	return int(syntax.Offset) - 1, syntax
}

type tokens struct {
	p    *Parser
	data []byte
	dec  *json.Decoder
}

// start is the offset of the next token.
func (r *tokens) start() int {
	i := int(r.dec.InputOffset())
	for i < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[i]) >= 0 {
		i++
	}
	return i
}

func (r *tokens) value(pointer string, depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("the document is nested deeper than %d levels", maxDepth)
	}
	n := &Node{Pos: r.start(), Pointer: pointer}
	t, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	switch v := t.(type) {
	case json.Delim:
		if v == '{' {
			n.Kind = Object
			err = r.object(n, depth)
		} else {
			n.Kind = Array
			err = r.array(n, depth)
		}
	case string:
		n.Kind, n.Text = String, v
	case json.Number:
		n.Kind, n.Text = Number, v.String()
	case bool:
		n.Kind, n.Text = Bool, fmt.Sprint(v)
	default:
		n.Kind = Null
	}
	n.End = int(r.dec.InputOffset())
	return n, err
}

func (r *tokens) object(n *Node, depth int) error {
	seen := map[string]bool{}
	for r.dec.More() {
		pos := r.start()
		t, err := r.dec.Token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return errors.New("a key must be a text")
		}
		v, err := r.value(Pointer(n.Pointer, key), depth+1)
		if err != nil {
			return err
		}
		if seen[key] {
			r.p.Add(DuplicateKey, Pointer(n.Pointer, key), pos, "the key %q stands twice in one object", key)
			continue
		}
		seen[key] = true
		n.Members = append(n.Members, Member{key, pos, v})
	}
	_, err := r.dec.Token()
	return err
}

func (r *tokens) array(n *Node, depth int) error {
	for r.dec.More() {
		v, err := r.value(index(n.Pointer, len(n.Items)), depth+1)
		if err != nil {
			return err
		}
		n.Items = append(n.Items, v)
	}
	_, err := r.dec.Token()
	return err
}
