package jsonata_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// tight are limits under which nothing takes long.
var tight = jsonata.Limits{Depth: 2000, Steps: 50_000, Sequence: 5_000, Text: 100_000}

// FuzzEval: whatever the text, Compile and Eval return a value or an *Error
// whose position lies in the text, and leave the input as it was.
func FuzzEval(f *testing.F) {
	c := readCorpus(f)
	for i, k := range c.Cases {
		if i%7 == 0 {
			f.Add(k.Expr)
		}
	}
	order := c.Inputs["order"]
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 2000 {
			return
		}
		e, err := jsonata.Compile(src, jsonata.WithEnv(testEnv()), jsonata.WithLimits(tight))
		if err != nil {
			checkError(t, src, err)
			return
		}
		input := decode(t, order)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		v, err := e.Eval(ctx, input, jsonata.Vars{"order": input, "v": 3.0})
		if err != nil {
			checkError(t, src, err)
		} else if !jsonata.IsUndefined(v) {
			if _, err := jsonata.Encode(v); err != nil {
				t.Errorf("%q: result cannot be encoded: %v", src, err)
			}
		}
		before, _ := jsonata.Encode(decode(t, order))
		if after, _ := jsonata.Encode(input); string(after) != string(before) {
			t.Errorf("%q changed its input to %s", src, after)
		}
	})
}

func checkError(t *testing.T, src string, err error) {
	t.Helper()
	var e *jsonata.Error
	if !errors.As(err, &e) || e.Code == "" || e.Message == "" {
		t.Fatalf("%q: %#v", src, err)
	}
	if e.Position < -1 || e.Position > len(src) || e.Start < -1 || e.Start > len(src) || (e.Start < 0) != (e.Position < 0) {
		t.Errorf("%q: %s from %d to %d", src, e.Code, e.Start, e.Position)
	}
}

// FuzzDecode: a text is refused with an *Error, or its value encodes to a text
// that decodes to the same.
func FuzzDecode(f *testing.F) {
	for _, v := range readCorpus(f).Inputs {
		f.Add([]byte(v))
	}
	for _, s := range []string{`[1,`, `{"a":1,"a":2}`, `"\ud83d\ude00 \ud800"`, `-0.0e-5`, ` [ ] `, "\"\xff\"", `1e999`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := jsonata.Decode(data)
		if err != nil {
			checkError(t, string(data), err)
			return
		}
		first, err := jsonata.Encode(v)
		if n := jsonata.EncodedSize(v); n < len(first) {
			t.Fatalf("%d bytes, more than %d: %s", len(first), n, first)
		}
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		again, err := jsonata.Decode(first)
		if err != nil {
			t.Fatalf("%q became %s: %v", data, first, err)
		}
		if second, _ := jsonata.Encode(again); string(second) != string(first) {
			t.Errorf("%q: %s, then %s", data, first, second)
		}
	})
}
