package engine

import (
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// value is a JSON value in either of its forms; the other one is made when it
// is asked for. The execution's lock guards that.
type value struct {
	v    any
	raw  []byte
	has  bool // v is set
	most int  // bytes that v has at most when it is encoded; 0: not counted yet
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
		raw, err := jsonata.AppendEncode(make([]byte, 0, min(x.size(), maxData)), x.v)
		if err != nil {
			raw = []byte("null")
		}
		x.raw = raw
	}
	return x.raw
}

// size is at least the number of bytes of the JSON, which it does not make.
func (x *value) size() int {
	if x.raw != nil {
		return len(x.raw)
	}
	if x.most == 0 {
		x.most = jsonata.EncodedSize(x.v)
	}
	return x.most
}

// pack keeps only the JSON.
func (x *value) pack() {
	x.json()
	x.v, x.has = nil, false
}

// tooLarge refuses what a caller sends in AWS's words.
func tooLarge(data []byte, field string) error {
	if len(data) <= maxData {
		return nil
	}
	return fault.New(ErrValidation, "1 validation error detected: Value at '%s' failed to satisfy constraint: Member must have size less than or equal to %d bytes in UTF-8 encoding", field, maxData)
}

// parseValue checks and decodes JSON from outside.
func parseValue(data []byte, code, what string) (*value, error) {
	v, err := jsonata.Decode(data)
	if err != nil {
		return nil, fault.Wrap(err, code, "the %s is not valid JSON", what)
	}
	return bothValue(v, data), nil
}
