package jsonata_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// expectation is what an expression yields: a result, an error code with its
// position where the reference gives one, or nothing.
type expectation struct {
	Result   json.RawMessage `json:"result"`
	Code     string          `json:"code"`
	Position *int            `json:"position"`
}

// corpusCase is one line of a topic in testdata/corpus. Reference says what the
// reference yields where this package deliberately yields something else.
type corpusCase struct {
	Expr      string                     `json:"expr"`
	Input     string                     `json:"input"` // name of an input, "" for none
	Vars      map[string]json.RawMessage `json:"vars"`
	Reference *expectation               `json:"reference"`
	Why       string                     `json:"why"`
	expectation
}

type corpus struct {
	Inputs map[string]json.RawMessage `json:"inputs"`
	Cases  []corpusCase               `json:"cases"`
	Exact  bool                       `json:"exact"` // error codes must agree
}

func readJSON(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

const corpusInputs = "testdata/corpus/inputs.json"

// corpusTopics lists the files of cases, one per topic.
func corpusTopics(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.json")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return f == corpusInputs })
}

func readTopic(t testing.TB, file string) (c corpus) {
	t.Helper()
	readJSON(t, corpusInputs, &c.Inputs)
	readJSON(t, file, &c.Cases)
	return c
}

// readCorpus reads all topics.
func readCorpus(t testing.TB) (c corpus) {
	t.Helper()
	for _, file := range corpusTopics(t) {
		topic := readTopic(t, file)
		c.Inputs, c.Cases = topic.Inputs, append(c.Cases, topic.Cases...)
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
	text, _ := runAt(t, expr, input, vars)
	return text
}

// runAt is run and the position of the error.
func runAt(t testing.TB, expr string, input any, vars jsonata.Vars) (text string, position int) {
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
		return "error " + je.Code, je.Position
	}
	if jsonata.IsUndefined(v) {
		return "", 0
	}
	b, err := jsonata.Encode(v)
	if err != nil {
		t.Fatalf("%s: encode %v: %v", expr, v, err)
	}
	return string(b), 0
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
	count := 0
	for _, file := range corpusTopics(t) {
		c := readTopic(t, file)
		count += len(c.Cases)
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			checkCorpus(t, c, false)
		})
	}
	if count < 1500 {
		t.Fatalf("only %d cases", count)
	}
}

// TestGeneratedCorpus checks the file that oracle/generate.mjs or pictures.mjs wrote, if the
// environment variable JSONATA_CORPUS names one.
func TestGeneratedCorpus(t *testing.T) {
	t.Parallel()
	if name := os.Getenv("JSONATA_CORPUS"); name != "" {
		var c corpus
		readJSON(t, name, &c)
		checkCorpus(t, c, !c.Exact)
	}
}

// checkCorpus runs every case. With anyError one error is as good as another:
// the reference evaluates the items of a constructor concurrently, so that any
// of several failing ones may be reported.
func checkCorpus(t *testing.T, c corpus, anyError bool) {
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
		got, at := runAt(t, k.Expr, input, vars)
		want := k.text(t)
		if anyError && strings.HasPrefix(got, "error ") && strings.HasPrefix(want, "error ") {
			continue
		}
		if got != want {
			t.Errorf("%s (input %s)\n got  %s\n want %s", k.Expr, k.Input, got, want)
		} else if k.Position != nil && at != *k.Position {
			t.Errorf("%s (input %s)\n %s at %d, want %d", k.Expr, k.Input, got, at, *k.Position)
		}
	}
}
