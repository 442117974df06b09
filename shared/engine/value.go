package engine

import (
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// value is a JSON value in either of its forms; the other one is made when it
// is asked for. The execution's lock guards that.
type value struct {
	v   any
	raw []byte
	has bool // v is set
}

func newValue(v any) *value              { return &value{v: v, has: true} }
func rawValue(raw []byte) *value         { return &value{raw: raw} }
func bothValue(v any, raw []byte) *value { return &value{v: v, raw: raw, has: true} }

// get decodes. What is stored has been checked before, so it cannot fail.
func (x *value) get() any {
	if !x.has {
		x.v, _ = jsonata.Decode(x.raw)
		x.has = true
	}
	return x.v
}

// json encodes. Values come out of expressions that were checked, or from JSON.
func (x *value) json() []byte {
	if x.raw == nil {
		raw, err := jsonata.Encode(x.v)
		if err != nil {
			raw = []byte("null")
		}
		x.raw = raw
	}
	return x.raw
}

// parseValue checks and decodes JSON from outside.
func parseValue(data []byte, code, what string) (*value, error) {
	v, err := jsonata.Decode(data)
	if err != nil {
		return nil, fault.Wrap(err, code, "the %s is not valid JSON", what)
	}
	return bothValue(v, data), nil
}
