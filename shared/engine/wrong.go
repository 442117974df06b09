package engine

import (
	"fmt"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// wrong is a field whose expression or path yielded a value of the wrong type, in
// AWS's words where they are known.
func (s *sight) wrong(from *asl.Value, field, want string, v *value) *problem {
	if s.th.state.Language == asl.JSONPath {
		return &problem{name: asl.ErrRuntime, stated: true, cause: wrongPath(source(from), field, want, v)}
	}
	return &problem{name: asl.ErrQuery, location: field,
		cause: fmt.Sprintf("The JSONata expression '%s' specified for the field '%s' returned an unexpected result type. Expected '%s', but was '%s' for value: %s",
			source(from), field, want, typeName(v.get()), v.json())}
}

func wrongPath(path, field, want string, v *value) string {
	switch number, ok := v.get().(float64); {
	case field == "Items":
		return fmt.Sprintf("Reference path \"%s\" must point to array.", path)
	case field == "MaxConcurrency" && !(ok && isWhole(number)):
		return fmt.Sprintf("The MaxConcurrencyPath field refers to value \"%s\" which is not a valid integer: %s", plain(v), path)
	case field == "Timestamp":
		return fmt.Sprintf("The TimestampPath parameter does not reference a valid %s: %s == %s", dateTime, path, plain(v))
	case field == "Seconds" && ok && number < 0 && isWhole(number):
		return fmt.Sprintf("The SecondsPath parameter references a negative value: %s == %s", path, plain(v))
	case field == "Seconds" && !(ok && isWhole(number)):
		return fmt.Sprintf("The SecondsPath parameter cannot be parsed as a long value: %s == %s", path, plain(v))
	}
	return fmt.Sprintf("The %sPath parameter does not reference a value of the type %s: %s", field, want, v.json())
}

const dateTime = "ISO-8601 extended offset date-time format string"

// notTime is a Timestamp that is text, but no time.
func (s *sight) notTime(text string) *problem {
	if s.th.state.Language == asl.JSONPath {
		return s.wrong(s.th.state.Timestamp, "Timestamp", "", newValue(text))
	}
	return &problem{name: asl.ErrQuery, location: "Timestamp", cause: "The Timestamp field cannot be parsed as an " + dateTime + ": " + text}
}

// noItems is a Map whose items are no array. Without Items there is no expression
// to blame, so that the event names no place.
func (s *sight) noItems(items *value) *problem {
	if s.th.state.Items == nil && s.th.state.Language == asl.JSONata {
		return &problem{name: asl.ErrQuery, stated: true, cause: "Map state input must be an array but was: " + string(items.json())}
	}
	return s.wrong(s.th.state.Items, "Items", "array", items)
}

// source is the text of a field's expression or path; a field that is left out
// stands for the whole input.
func source(v *asl.Value) string {
	text := "$"
	v.Each(func(x *asl.Expr) { text = x.Source() })
	return text
}

// plain is a value in a message: text without its quotes.
func plain(v *value) string {
	if text, ok := v.get().(string); ok {
		return text
	}
	return string(v.json())
}

func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	case *jsonata.Object:
		return "object"
	}
	return fmt.Sprintf("%T", v)
}
