package jsonata

import (
	"math"
	"strconv"
	"strings"
)

// Limits of Decode.
const (
	maxDecodeDepth = 512
	maxDecodeBytes = 64 << 20
)

// Decode reads one JSON text. Keys keep their order; a key that appears twice
// keeps its first place and its last value. More than 512 levels, more than
// 64 MiB, a number beyond float64 or anything behind the value is an *Error
// whose Position is the byte offset. Invalid UTF-8 becomes U+FFFD.
func Decode(data []byte) (any, error) {
	if len(data) > maxDecodeBytes {
		return nil, failToken(CodeTooLarge, "document")
	}
	d := &decoder{s: string(data)}
	d.space()
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	if d.space(); d.pos < len(d.s) {
		return nil, d.fail("more text behind the value")
	}
	return v, nil
}

// decode is Decode in an evaluation. Two bytes of text, as in [{},{},…], can
// become as much as a step is counted for.
func (r *run) decode(text string) (any, error) {
	if err := r.tick(len(text) / 2); err != nil {
		return nil, err
	}
	return Decode([]byte(text))
}

type decoder struct {
	s   string
	pos int
}

func (d *decoder) fail(what string) *Error {
	return &Error{Code: CodeJSON, Position: d.pos, Start: d.pos, Message: "not JSON: " + what}
}

func (d *decoder) space() {
	for d.pos < len(d.s) {
		switch d.s[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

func (d *decoder) peek() byte {
	if d.pos < len(d.s) {
		return d.s[d.pos]
	}
	return 0
}

func (d *decoder) value(depth int) (any, error) {
	if depth > maxDecodeDepth {
		return nil, failAt(CodeTooLarge, d.pos, "nesting", nil)
	}
	switch c := d.peek(); {
	case c == '{':
		return d.object(depth)
	case c == '[':
		return d.array(depth)
	case c == '"':
		text, err := d.str()
		if err != nil {
			return nil, err
		}
		return text, nil
	case c == '-' || c >= '0' && c <= '9':
		return d.number()
	}
	for _, w := range [...]struct {
		word  string
		value any
	}{{"true", true}, {"false", false}, {"null", nil}} {
		if strings.HasPrefix(d.s[d.pos:], w.word) {
			d.pos += len(w.word)
			return w.value, nil
		}
	}
	if d.pos >= len(d.s) {
		return nil, d.fail("the text ends too early")
	}
	return nil, d.fail("a value was expected")
}

func (d *decoder) object(depth int) (any, error) {
	d.pos++
	if d.space(); d.peek() == '}' {
		d.pos++
		return &Object{}, nil
	}
	o := NewObject()
	for {
		d.space()
		if d.peek() != '"' {
			return nil, d.fail("a key was expected")
		}
		key, err := d.str()
		if err != nil {
			return nil, err
		}
		if d.space(); d.peek() != ':' {
			return nil, d.fail("a colon was expected")
		}
		d.pos++
		d.space()
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o.Set(key, v)
		if more, err := d.more('}'); !more {
			return o, err
		}
	}
}

func (d *decoder) array(depth int) (any, error) {
	out := []any{}
	d.pos++
	if d.space(); d.peek() == ']' {
		d.pos++
		return out, nil
	}
	for {
		d.space()
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if more, err := d.more(']'); !more {
			return out, err
		}
	}
}

// more moves past a comma, or past the end of the array or object.
func (d *decoder) more(end byte) (bool, error) {
	d.space()
	switch d.peek() {
	case ',':
		d.pos++
		return true, nil
	case end:
		d.pos++
		return false, nil
	}
	return false, d.fail("a comma or " + string(end) + " was expected")
}

func (d *decoder) number() (any, error) {
	start := d.pos
	i := d.pos
	for i < len(d.s) && strings.IndexByte("+-.0123456789eE", d.s[i]) >= 0 {
		i++
	}
	text := d.s[start:i]
	digits := strings.TrimPrefix(text, "-")
	if !isDecimal(text) || len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return nil, d.fail("a number is malformed")
	}
	f, _ := strconv.ParseFloat(text, 64)
	if math.IsInf(f, 0) {
		return nil, d.fail("the number " + text + " is out of range")
	}
	d.pos = i
	return number(f), nil
}
