package jsonata_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// suiteCase is one case of the reference's own test suite.
type suiteCase struct {
	Expr      string                     `json:"expr"`
	ExprFile  string                     `json:"expr-file"`
	Dataset   string                     `json:"dataset"`
	Data      json.RawMessage            `json:"data"`
	Bindings  map[string]json.RawMessage `json:"bindings"`
	TimeLimit int                        `json:"timelimit"` // milliseconds
	Depth     int                        `json:"depth"`
	Unordered bool                       `json:"unordered"`

	Result    json.RawMessage `json:"result"`
	Undefined bool            `json:"undefinedResult"`
	Code      string          `json:"code"`
	Token     string          `json:"token"`
	Error     *struct {
		Code  string `json:"code"`
		Token string `json:"token"`
	} `json:"error"`
}

// excludedFromSuite says which cases are not for this package, and why.
var excludedFromSuite = []struct {
	expr *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`\$eval\b`), "$eval, which Step Functions refuses"},
}

// suiteDifferences are the cases in which this package differs on purpose. They
// count as failed.
var suiteDifferences = map[string]string{
	"function-encodeUrl/case002.json":          "a lone surrogate, which a Go string cannot hold",
	"function-encodeUrlComponent/case002.json": "a lone surrogate, which a Go string cannot hold",
	"tail-recursion/case001.json":              "a depth limit in the unit of the suite's harness",
}

// TestReferenceSuite runs the test suite of a checkout of the reference, if the
// environment variable JSONATA_SUITE names its folder test/test-suite, and
// reports how much of it passes.
func TestReferenceSuite(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("JSONATA_SUITE")
	if dir == "" {
		t.Skip("JSONATA_SUITE does not name a checkout of the suite")
	}
	files, err := filepath.Glob(filepath.Join(dir, "groups", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", dir, err)
	}
	passed, failed, excluded := 0, 0, map[string]int{}
	for _, file := range files {
		for i, k := range readSuite(t, file) {
			if why := k.excluded(); why != "" {
				excluded[why]++
				continue
			}
			if got, want := k.run(t, dir), k.want(t); !k.same(got, want) {
				failed++
				name, _ := filepath.Rel(filepath.Join(dir, "groups"), file)
				if why := suiteDifferences[filepath.ToSlash(name)]; why != "" {
					t.Logf("%s differs on purpose: %s", name, why)
					continue
				}
				t.Errorf("%s #%d: %s\n got  %.300s\n want %.300s", name, i, k.Expr, got, want)
				continue
			}
			passed++
		}
	}
	t.Logf("%d passed, %d failed (%.2f %%), excluded: %v", passed, failed, 100*float64(passed)/float64(passed+failed), excluded)
}

// readSuite reads a file that holds one case or a list of them.
func readSuite(t *testing.T, file string) (cases []suiteCase) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(strings.TrimSpace(string(data)), "[") {
		data = []byte("[" + string(data) + "]")
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for i := range cases {
		if name := cases[i].ExprFile; name != "" {
			expr, err := os.ReadFile(filepath.Join(filepath.Dir(file), name))
			if err != nil {
				t.Fatal(err)
			}
			cases[i].Expr = string(expr)
		}
	}
	return cases
}

func (k *suiteCase) excluded() string {
	for _, x := range excludedFromSuite {
		if x.expr.MatchString(k.Expr) {
			return x.why
		}
	}
	return ""
}

func (k *suiteCase) input(t *testing.T, dir string) any {
	t.Helper()
	if k.Data != nil {
		return decode(t, k.Data)
	}
	if k.Dataset == "" {
		return jsonata.Undefined
	}
	data, err := os.ReadFile(filepath.Join(dir, "datasets", k.Dataset+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, data)
}

// run gives the result as JSON, "" for nothing, or "error ", code and token.
func (k *suiteCase) run(t *testing.T, dir string) string {
	t.Helper()
	ctx := context.Background()
	if k.TimeLimit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(k.TimeLimit)*time.Millisecond)
		defer cancel()
	}
	vars := jsonata.Vars{}
	for name, v := range k.Bindings {
		vars[name] = decode(t, v)
	}
	e, err := jsonata.Compile(k.Expr, jsonata.WithEnv(testEnv()), jsonata.WithLimits(jsonata.Limits{Depth: k.Depth, Sequence: 10_000_000}))
	var v any
	if err == nil {
		v, err = e.Eval(ctx, k.input(t, dir), vars)
	}
	if err != nil {
		var je *jsonata.Error
		if !errors.As(err, &je) {
			return err.Error()
		}
		if k.token() == "" {
			return "error " + je.Code
		}
		return "error " + je.Code + " " + je.Token
	}
	if jsonata.IsUndefined(v) {
		return ""
	}
	b, err := jsonata.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (k *suiteCase) token() string {
	if k.Error != nil {
		return k.Error.Token
	}
	return k.Token
}

func (k *suiteCase) want(t *testing.T) string {
	t.Helper()
	code := k.Code
	if k.Error != nil {
		code = k.Error.Code
	}
	switch {
	case k.Undefined:
		return ""
	case code != "":
		return strings.TrimSpace("error " + code + " " + k.token())
	}
	return string(k.Result)
}

// same compares JSON without regard to the order of keys, and of items if the
// case says that they have none.
func (k *suiteCase) same(got, want string) bool {
	if got == want {
		return true
	}
	var g, w any
	if json.Unmarshal([]byte(got), &g) != nil || json.Unmarshal([]byte(want), &w) != nil {
		return false
	}
	if k.Unordered {
		sortItems(g)
		sortItems(w)
	}
	return reflect.DeepEqual(g, w)
}

func sortItems(v any) {
	items, ok := v.([]any)
	if !ok {
		return
	}
	text := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	sort.Slice(items, func(i, j int) bool { return text(items[i]) < text(items[j]) })
}
