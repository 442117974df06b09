package fn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

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
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&v); err != nil {
		f := fault.Wrap(err, fault.Invalid, "input is not valid")
		if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			f = fault.New(fault.Invalid, "field has the wrong type: got %s, want %s", t.Value, t.Type).On("", t.Field)
		}
		return v, f
	}
	if _, err := dec.Token(); err != io.EOF {
		return v, fault.New(fault.Invalid, "input has data after the JSON document")
	}
	return v, nil
}
