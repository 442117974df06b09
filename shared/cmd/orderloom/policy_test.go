package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const policies = "../../../statemachines/policies"

// words is a table without its widths.
func words(table string) string { return strings.Join(strings.Fields(table), " ") }

func TestPolicyTestsOfTheRepositoryPass(t *testing.T) {
	t.Parallel()
	code, text := orderloom(t, t.TempDir(), "policy", "test", policies)
	if code != 0 || !strings.Contains(words(text), "ok order-header@1 to a country that is not served ok") || !strings.HasSuffix(text, "tests pass\n") {
		t.Errorf("%d %s", code, text)
	}
}

func TestAPolicyTestThatFailsSaysWhy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file("p.json", `{"id":"p","version":3,"title":"P","kind":"filter","entity":"order","rules":[{"name":"r","when":{"field":"order.channel","operator":"equals","value":"a"}}]}`)
	tests := file("p.test.json", `{"tests":[{"name":"good","order":{"channel":"a"},"expect":{"holds":true}},{"name":"bad","order":{"channel":"b"},"expect":{"met":["r"]}}]}`)
	code, text := orderloom(t, dir, "policy", "test", tests)
	want := "ok      p@3  good\nFAILED  p@3  bad\n               rule \"r\" is not met; order.channel is b, expected equals \"a\"\norderloom: Input.Invalid: 1 of 2 tests failed"
	if code != 1 || !strings.Contains(text, want) {
		t.Errorf("%d %s", code, text)
	}
	for args, want := range map[string]string{
		file("q.test.json", `{}`): "q.json",
		dir + "/p.json":           "does not end in .test.json",
		t.TempDir():               "no file in",
		dir + "/none.test.json":   "no such file",
	} {
		if code, text := orderloom(t, dir, "policy", "test", args); code != 1 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", args, code, text)
		}
	}
	file("q.json", `{"id":"q","version":1,"title":"Q","kind":"filter","entity":"order","rules":[{"name":"r","when":{"field":"order.risk","operator":"containsData"}}]}`)
	if code, text := orderloom(t, dir, "policy", "test", dir+"/q.test.json"); code != 1 || !strings.Contains(text, `1:1 MISSING_FIELD: the field "tests" is missing`) {
		t.Errorf("%d %s", code, text)
	}
}

func TestTwoVersionsOfAPolicyAreComparedInWords(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"lab-line@1", policies + "/lab-header.json"}, {"lab-line@1", "lab-line@1"}, {"lab-line@9", "lab-line@1"}, {"lab-line@1", "none.json"}} {
		code, text := orderloom(t, t.TempDir(), append([]string{"policy", "diff"}, args...)...)
		want := map[string]string{
			policies + "/lab-header.json": "lab-line@1 → lab-header@1\n  id: lab-line → lab-header\n  title: Lab: minimum quantity → Lab: ship-to country\n  entity: line → order\n  rule \"Quantity is at least 5\" removed: must hold: line.quantity at least 5\n",
			"lab-line@1":                  "no difference",
			"none.json":                   "no such file",
		}[args[1]]
		failed := args[0] == "lab-line@9" || args[1] == "none.json"
		if args[0] == "lab-line@9" {
			want = `the repository has no policy "lab-line@9"`
		}
		if (code != 0) != failed || !strings.Contains(text, want) {
			t.Errorf("%q: %d %s", args, code, text)
		}
	}
}
