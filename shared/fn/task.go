package fn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/orderloom/orderloom/shared/fault"
)

// Task adapts a typed function to a Handler. Unknown input fields are allowed:
// schemas only grow.
func Task[In, Out any](f func(context.Context, In) (Out, error)) Handler {
	return func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		in, err := Decode[In](input)
		if err != nil {
			return nil, err
		}
		out, err := f(ctx, in)
		if err != nil {
			return nil, err
		}
		data, err := json.Marshal(out)
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "encoding the result")
		}
		return data, nil
	}
}

// Decode reads one JSON document into a T. The fault names the field that does
// not fit.
func Decode[T any](data []byte) (T, error) {
	var v T
	err := json.Unmarshal(data, &v)
	if err == nil {
		return v, nil
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return v, fault.New(fault.Invalid, "field has the wrong type: got %s, want %s", t.Value, t.Type).On("", t.Field)
	}
	if first := json.NewDecoder(bytes.NewReader(data)); first.Decode(new(json.RawMessage)) == nil && len(bytes.TrimSpace(data[first.InputOffset():])) > 0 {
		return v, fault.New(fault.Invalid, "input has data after the JSON document")
	}
	return v, fault.Wrap(err, fault.Invalid, "input is not valid")
}

// DecodeBody reads the JSON body of a command into a value; an empty body, such as
// that of a button, leaves it as it is.
func DecodeBody(req Request, into any) error {
	if len(req.Body) == 0 {
		return nil
	}
	if err := json.Unmarshal(req.Body, into); err != nil {
		return fault.Wrap(err, fault.Invalid, "request body is not valid").Do("Send a JSON object")
	}
	return nil
}
