package compile

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/orderloom/orderloom/shared/policy"
)

// object is a JSON object whose fields keep their order.
type object []field

type field struct {
	key   string
	value any
}

// MarshalJSON writes the fields in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := o.encode(&b)
	return b.Bytes(), err
}

func (o object) encode(b *bytes.Buffer) error {
	b.WriteByte('{')
	for i, f := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encode(b, f.key); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := encode(b, f.value); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// encode writes JSON that people can read: expressions are full of < and &.
// Objects are written here, because encoding/json would check each of them again
// on every level around it.
func encode(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case object:
		return v.encode(b)
	case []object:
		b.WriteByte('[')
		for i, o := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := o.encode(b); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	case string:
		if !strings.ContainsFunc(v, escaped) {
			b.WriteByte('"')
			b.WriteString(v)
			b.WriteByte('"')
			return nil
		}
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the line break
	return nil
}

// escaped reports what JSON may write differently in a text.
func escaped(c rune) bool { return c < ' ' || c > '~' || c == '"' || c == '\\' }

// with appends fields.
func (o object) with(more ...field) object { return append(o[:len(o):len(o)], more...) }

// expr writes an expression.
func expr(text string) string { return "{% " + text + " %}" }

// text writes a text so that it is not taken for an expression or a placeholder.
func text(s string) any {
	if !strings.Contains(s, "{%") && !strings.Contains(s, "${") {
		return s
	}
	return expr(policy.Quote(s))
}

// parameters writes a step's parameters so that nothing in them is taken for an
// expression or a placeholder.
func parameters(raw json.RawMessage) any {
	if !bytes.Contains(raw, []byte("{%")) && !bytes.Contains(raw, []byte("${")) {
		return raw
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var b strings.Builder
	writeLiteral(&b, dec)
	return expr(b.String())
}

// writeLiteral copies one JSON value as a JSONata literal.
func writeLiteral(b *strings.Builder, dec *json.Decoder) {
	t, err := dec.Token()
	if err != nil {
		return // raw was encoded by the parser
	}
	switch v := t.(type) {
	case json.Delim:
		b.WriteString(v.String())
		for n := 0; dec.More(); n++ {
			if n > 0 {
				b.WriteString(", ")
			}
			writeLiteral(b, dec)
			if v == '{' {
				b.WriteString(": ")
				writeLiteral(b, dec)
			}
		}
		_, _ = dec.Token() // the end of what was begun
		b.WriteString(map[json.Delim]string{'{': "}", '[': "]"}[v])
	case string:
		b.WriteString(policy.Quote(v))
	case json.Number:
		b.WriteString(v.String())
	case bool:
		b.WriteString(map[bool]string{true: "true", false: "false"}[v])
	default:
		b.WriteString("null")
	}
}
