// Package attrjson is DynamoDB's JSON form of items, {"name":{"S":"text"}},
// for the attribute types of package table. It needs no AWS SDK.
package attrjson

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/tidwall/gjson"
)

// Item is a table.Item that marshals to and from DynamoDB's JSON. Integers are
// the only numbers; other types are a fault with code Input.Invalid.
type Item table.Item

// MarshalJSON implements json.Marshaler. It writes by hand: every change of the
// table passes here on its way to the functions that follow it.
func (i Item) MarshalJSON() ([]byte, error) { return i.Append(nil) }

// Append appends what MarshalJSON returns.
func (i Item) Append(out []byte) ([]byte, error) {
	if i == nil {
		return append(out, "null"...), nil
	}
	size := 2
	for name, value := range i {
		size += len(name) + 40
		if b, ok := value.([]byte); ok {
			size += base64.StdEncoding.EncodedLen(len(b))
		}
	}
	out = append(slices.Grow(out, size), '{')
	for n, name := range slices.Sorted(maps.Keys(i)) {
		if n > 0 {
			out = append(out, ',')
		}
		out = append(gjson.AppendJSONString(out, name), ':')
		var err error
		if out, err = appendValue(out, name, i[name]); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

func appendValue(out []byte, name string, value any) ([]byte, error) {
	switch v := value.(type) {
	case string:
		out = gjson.AppendJSONString(append(out, `{"S":`...), v)
	case int64:
		out = append(strconv.AppendInt(append(out, `{"N":"`...), v, 10), '"')
	case bool:
		out = strconv.AppendBool(append(out, `{"BOOL":`...), v)
	case []byte:
		out = append(base64.StdEncoding.AppendEncode(append(out, `{"B":"`...), v), '"')
	default:
		return nil, fault.New(fault.Invalid, "attribute is a %T", value).On("", name)
	}
	return append(out, '}'), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (i *Item) UnmarshalJSON(text []byte) (err error) {
	*i, err = Parse(gjson.ParseBytes(text))
	return err
}

// Parse decodes an item of JSON that is valid; its texts are parts of the JSON.
// An item that is absent or null is nil.
func Parse(in gjson.Result) (Item, error) {
	if in.Type == gjson.Null {
		return nil, nil
	}
	if !in.IsObject() {
		return nil, fault.New(fault.Invalid, "item is no JSON object")
	}
	out := Item{}
	var err error
	in.ForEach(func(name, v gjson.Result) bool {
		key := valid(name.Str)
		out[key], err = value(key, v)
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Value decodes one attribute value, {"N":"1"}; name is for the fault.
func Value(name string, raw []byte) (any, error) {
	if !gjson.ValidBytes(raw) {
		return nil, fault.New(fault.Invalid, "attribute value is not JSON").On("", name).Got(string(raw))
	}
	return value(name, gjson.ParseBytes(raw))
}

// value decodes JSON that is valid.
func value(name string, v gjson.Result) (any, error) {
	bad := func(why string) error { return fault.New(fault.Invalid, "%s", why).On("", name).Got(v.Raw) }
	var kind, typed gjson.Result
	types := 0
	if v.IsObject() {
		v.ForEach(func(k, t gjson.Result) bool {
			kind, typed = k, t
			types++
			return true
		})
	}
	switch {
	case types != 1:
		return nil, bad("attribute value is no object with one type")
	case kind.Str == "BOOL":
		if typed.Type != gjson.True && typed.Type != gjson.False {
			return nil, bad("BOOL is neither true nor false")
		}
		return typed.Type == gjson.True, nil
	case kind.Str != "S" && kind.Str != "N" && kind.Str != "B":
		return nil, bad("attribute type " + kind.Str + " is not used by Orderloom")
	case typed.Type != gjson.String:
		return nil, bad("attribute value is no string")
	}
	return decode(kind.Str, valid(typed.Str), bad)
}

// valid replaces bytes that are no UTF-8, as encoding/json does.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
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
