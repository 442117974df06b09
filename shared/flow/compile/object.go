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
	b.WriteByte('{')
	for i, f := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, part := range []any{f.key, f.value} {
			if j > 0 {
				b.WriteByte(':')
			}
			if err := encode(&b, part); err != nil {
				return nil, err
			}
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// encode writes JSON that people can read: expressions are full of < and &.
func encode(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the line break
	return nil
}

// with appends fields.
func (o object) with(more ...field) object { return append(o[:len(o):len(o)], more...) }

// expr writes an expression.
func expr(text string) string { return "{% " + text + " %}" }

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
