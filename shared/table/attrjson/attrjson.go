// Package attrjson is DynamoDB's JSON form of items, {"name":{"S":"text"}},
// for the attribute types of package table. It needs no AWS SDK.
package attrjson

import (
	"encoding/base64"
	"encoding/json"
	"strconv"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// Item is a table.Item that marshals to and from DynamoDB's JSON. Integers are
// the only numbers; other types are a fault with code Input.Invalid.
type Item table.Item

// MarshalJSON implements json.Marshaler.
func (i Item) MarshalJSON() ([]byte, error) {
	if i == nil {
		return []byte("null"), nil
	}
	out := make(map[string]map[string]any, len(i))
	for name, value := range i {
		v, err := encode(name, value)
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return json.Marshal(out)
}

func encode(name string, value any) (map[string]any, error) {
	switch v := value.(type) {
	case string:
		return map[string]any{"S": v}, nil
	case int64:
		return map[string]any{"N": strconv.FormatInt(v, 10)}, nil
	case bool:
		return map[string]any{"BOOL": v}, nil
	case []byte:
		return map[string]any{"B": base64.StdEncoding.EncodeToString(v)}, nil
	}
	return nil, fault.New(fault.Invalid, "attribute is a %T", value).On("", name)
}

// UnmarshalJSON implements json.Unmarshaler.
func (i *Item) UnmarshalJSON(text []byte) error {
	var in map[string]json.RawMessage
	if err := json.Unmarshal(text, &in); err != nil {
		return fault.Wrap(err, fault.Invalid, "item is no JSON object")
	}
	if in == nil {
		*i = nil
		return nil
	}
	out := make(Item, len(in))
	for name, raw := range in {
		v, err := Value(name, raw)
		if err != nil {
			return err
		}
		out[name] = v
	}
	*i = out
	return nil
}

// Value decodes one attribute value, {"N":"1"}; name is for the fault.
func Value(name string, raw []byte) (any, error) {
	var typed map[string]json.RawMessage
	bad := func(why string) error { return fault.New(fault.Invalid, "%s", why).On("", name).Got(string(raw)) }
	if json.Unmarshal(raw, &typed) != nil || len(typed) != 1 {
		return nil, bad("attribute value is no object with one type")
	}
	for kind, v := range typed {
		if kind == "BOOL" {
			switch string(v) {
			case "true", "false":
				return string(v) == "true", nil
			}
			return nil, bad("BOOL is neither true nor false")
		}
		if kind != "S" && kind != "N" && kind != "B" {
			return nil, bad("attribute type " + kind + " is not used by Orderloom")
		}
		if len(v) == 0 || v[0] != '"' {
			return nil, bad("attribute value is no string")
		}
		var s string
		if err := json.Unmarshal(v, &s); err != nil {
			return nil, bad("attribute value is no string")
		}
		return decode(kind, s, bad)
	}
	panic("unreachable: one type was counted")
}

func decode(kind, s string, bad func(string) error) (any, error) {
	switch kind {
	case "N":
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, bad("number is no 64-bit integer")
		}
		return n, nil
	case "B":
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return nil, bad("binary value is not base64")
		}
		return b, nil
	}
	return s, nil
}
