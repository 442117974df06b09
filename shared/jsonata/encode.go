package jsonata

import "math"

// maxValueDepth bounds how deep arrays and objects may be nested.
const maxValueDepth = 10_000

// Encode writes v as compact JSON: keys in order, numbers as JavaScript prints
// them, no HTML escaping. Numbers that are not finite become null, as in
// JavaScript. A function, Undefined, a foreign type or more than 64 MiB is an
// *Error.
func Encode(v any) ([]byte, error) {
	size := EncodedSize(v)
	if size == TooDeep {
		size = 0
	}
	return AppendEncode(make([]byte, 0, size), v)
}

// AppendEncode appends what Encode returns to dst.
func AppendEncode(dst []byte, v any) ([]byte, error) {
	w := writer{buf: dst, limit: len(dst) + maxDecodeBytes}
	err := w.value(v, 0)
	return w.buf, err
}

// writer turns values into JSON.
type writer struct {
	buf    []byte
	text   bool // as $string does: 15 digits, functions as ""
	indent bool
	limit  int // bytes
}

func (w *writer) value(v any, depth int) error {
	if depth > maxValueDepth {
		return failToken(CodeTooLarge, "nesting")
	}
	if len(w.buf) > w.limit {
		return failToken(CodeTooLarge, "string")
	}
	switch x := v.(type) {
	case nil:
		w.buf = append(w.buf, "null"...)
	case bool:
		if x {
			w.buf = append(w.buf, "true"...)
		} else {
			w.buf = append(w.buf, "false"...)
		}
	case float64:
		return w.number(x)
	case string:
		w.buf = appendQuoted(w.buf, x)
	case []any:
		return w.array(x, depth)
	case *array:
		return w.array(x.items, depth)
	case *Object:
		return w.object(x, depth)
	case *function:
		if !w.text {
			return fail(CodeFunctionResult)
		}
		w.buf = append(w.buf, `""`...)
	case undefinedType: // a regular expression's group that took no part
		if depth == 0 {
			return failAt(CodeJSON, -1, "", nil)
		}
		w.buf = append(w.buf, "null"...)
	default:
		e := fail(CodeJSON)
		e.Message = "a value that is not JSON cannot be encoded"
		return e
	}
	return nil
}

func (w *writer) number(f float64) error {
	switch {
	case !math.IsInf(f, 0) && !math.IsNaN(f):
		if w.text {
			if f = precise(f); math.IsInf(f, 0) {
				w.buf = append(w.buf, "null"...) // the largest numbers round to Infinity
				return nil
			}
		}
		w.buf = appendNumber(w.buf, f)
	case w.text && math.IsInf(f, 0):
		return failValue("D1001", f)
	default:
		w.buf = append(w.buf, "null"...)
	}
	return nil
}

func (w *writer) array(items []any, depth int) error {
	w.buf = append(w.buf, '[')
	for i, e := range items {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.line(depth + 1)
		if err := w.value(e, depth+1); err != nil {
			return err
		}
	}
	if len(items) > 0 {
		w.line(depth)
	}
	w.buf = append(w.buf, ']')
	return nil
}

func (w *writer) object(o *Object, depth int) error {
	w.buf = append(w.buf, '{')
	for i, k := range o.keys {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.line(depth + 1)
		w.buf = append(appendQuoted(w.buf, k), ':')
		if w.indent {
			w.buf = append(w.buf, ' ')
		}
		if err := w.value(o.vals[i], depth+1); err != nil {
			return err
		}
	}
	if len(o.keys) > 0 {
		w.line(depth)
	}
	w.buf = append(w.buf, '}')
	return nil
}

func (w *writer) line(depth int) {
	if !w.indent {
		return
	}
	w.buf = append(w.buf, '\n')
	for range depth {
		w.buf = append(w.buf, "  "...)
	}
}

// textOf is $string: a string stays, nothing is empty, anything else is JSON.
func textOf(r *run, v any) (string, error) { return textIndented(r, v, false) }

func textIndented(r *run, v any, indent bool) (string, error) {
	switch x := v.(type) {
	case string:
		return x, nil
	case undefinedType, *function:
		return "", nil
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return "", failValue("D3001", v)
		}
	case *array:
		if x.flags&flagOuter != 0 {
			v = x.items[0]
		}
	}
	var room [64]byte
	w := writer{buf: room[:0], text: true, indent: indent, limit: r.limits.Text}
	if err := w.value(v, 0); err != nil {
		return "", err
	}
	return string(w.buf), r.text(len(w.buf))
}
