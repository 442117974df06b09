package jsonata_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// expectation is what an expression yields: a result, an error code, or
// nothing.
type expectation struct {
	Result json.RawMessage `json:"result"`
	Code   string          `json:"code"`
}

// corpusCase is one line of testdata/corpus.json. Reference says what the
// reference yields where this package deliberately yields something else.
type corpusCase struct {
	Expr      string                     `json:"expr"`
	Input     string                     `json:"input"` // name of an input, "" for none
	Vars      map[string]json.RawMessage `json:"vars"`
	Reference *expectation               `json:"reference"`
	Why       string                     `json:"why"`
	expectation
}

type corpusFile struct {
	Inputs map[string]json.RawMessage `json:"inputs"`
	Cases  []corpusCase               `json:"cases"`
}

func readCorpus(t testing.TB) corpusFile { return readCorpusFile(t, "testdata/corpus.json") }

func readCorpusFile(t testing.TB, name string) corpusFile {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var c corpusFile
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func decode(t testing.TB, data []byte) any {
	t.Helper()
	v, err := jsonata.Decode(data)
	if err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return v
}

// testEnv makes time and chance reproducible.
func testEnv() jsonata.Env {
	return jsonata.Env{
		Now:    func() time.Time { return time.Date(2024, 2, 29, 12, 30, 0, 5e6, time.UTC) },
		Random: func() float64 { return 0.25 },
		UUID:   func() string { return "0b7c3f9e-52a4-4d1e-9c57-1f2e3d4c5b6a" },
	}
}

// run gives the canonical text of what an expression yields: its result as
// JSON, "" for nothing, or "error " and the code.
func run(t testing.TB, expr string, input any, vars jsonata.Vars) string {
	t.Helper()
	e, err := jsonata.Compile(expr, jsonata.WithEnv(testEnv()))
	var v any
	if err == nil {
		v, err = e.Eval(context.Background(), input, vars)
	}
	if err != nil {
		var je *jsonata.Error
		if !errors.As(err, &je) {
			t.Fatalf("%s: not an *Error: %v", expr, err)
		}
		return "error " + je.Code
	}
	if jsonata.IsUndefined(v) {
		return ""
	}
	b, err := jsonata.Encode(v)
	if err != nil {
		t.Fatalf("%s: encode %v: %v", expr, v, err)
	}
	return string(b)
}

func (x expectation) text(t testing.TB) string {
	if x.Code != "" {
		return "error " + x.Code
	}
	if x.Result == nil {
		return ""
	}
	b, err := jsonata.Encode(decode(t, x.Result))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	c := readCorpus(t)
	if len(c.Cases) < 1500 {
		t.Fatalf("only %d cases", len(c.Cases))
	}
	checkCorpus(t, c, false)
}

// TestGeneratedCorpus checks the file that oracle/generate.mjs wrote, if the
// environment variable JSONATA_CORPUS names one.
func TestGeneratedCorpus(t *testing.T) {
	t.Parallel()
	if name := os.Getenv("JSONATA_CORPUS"); name != "" {
		checkCorpus(t, readCorpusFile(t, name), true)
	}
}

// checkCorpus runs every case. With anyError one error is as good as another:
// the reference evaluates the items of a constructor concurrently, so that any
// of several failing ones may be reported.
func checkCorpus(t *testing.T, c corpusFile, anyError bool) {
	t.Helper()
	for _, k := range c.Cases {
		input := jsonata.Undefined
		if k.Input != "" {
			if c.Inputs[k.Input] == nil {
				t.Fatalf("%s: no input %q", k.Expr, k.Input)
			}
			input = decode(t, c.Inputs[k.Input])
		}
		vars := jsonata.Vars{}
		for name, v := range k.Vars {
			vars[name] = decode(t, v)
		}
		got, want := run(t, k.Expr, input, vars), k.text(t)
		if anyError && strings.HasPrefix(got, "error ") && strings.HasPrefix(want, "error ") {
			continue
		}
		if got != want {
			t.Errorf("%s (input %s)\n got  %s\n want %s", k.Expr, k.Input, got, want)
		}
	}
}
