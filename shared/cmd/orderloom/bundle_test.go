package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/statemachines"
)

// here opens an Orderloom on a new folder.
func here(t *testing.T) (dir, url string) {
	t.Helper()
	dir = t.TempDir()
	w, err := world.Open(t.Context(), world.Options{Dir: dir, Clock: clock.System{}, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return dir, w.Host.URL()
}

// says runs a command and checks its exit code and that it prints all texts.
func says(t *testing.T, dir string, code int, args []string, wants ...string) string {
	t.Helper()
	got, text := orderloom(t, dir, args...)
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q:\n%s", args, want, text)
		}
	}
	if got != code {
		t.Errorf("%q ends with %d:\n%s", args, got, text)
	}
	return text
}

func TestAFlowGoesFromOneOrderloomToAnother(t *testing.T) {
	t.Parallel()
	one, oneURL := here(t)
	two, twoURL := here(t)
	file := filepath.Join(one, "bundle.json")
	says(t, one, 0, []string{"flow", "export", "lab", "-o", file})
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "127.0.0.1") || !strings.Contains(string(data), `"apiKey"`) {
		t.Errorf("the bundle:\n%s", data)
	}
	says(t, one, 0, []string{"flow", "import", file}, "flow lab was there already", "policy lab-channel@1 was there already")

	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	delete(documents, "lab")
	alongside := `"alongside": ["` + strings.Join(slices.Sorted(maps.Keys(documents)), `", "`) + `"],`
	mine := strings.NewReplacer(`"id": "lab"`, `"id": "mine"`, "lab-channel", "my-channel", `"value": "lab"`, `"value": "my-shop"`,
		`"event": "OrderReceived",`, `"event": "OrderReceived", `+alongside).Replace(string(data))
	if err := os.WriteFile(file, []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, one, 0, []string{"flow", "import", file, "--dry-run"}, "flow mine would be published: it is new here", "policy my-channel@1 would be published", "policy lab-line@1 is there already")
	says(t, one, 0, []string{"flow", "import", file}, "flow mine is published", "policy my-channel@1 is published")
	says(t, one, 1, []string{"flow", "import", filepath.Join("..", "..", "..", "go.mod")}, "is not JSON")

	draft := filepath.Join(one, "draft.json") // it refers to a policy that is published here only
	lab, err := os.ReadFile("../../../statemachines/lab/flow.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(draft, []byte(strings.Replace(string(lab), "lab-channel@1", "my-channel@1", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, one, 0, []string{"flow", "simulate", draft, "--orders", "last-7-days"}, "0 orders, 0 enter lab")
	says(t, two, 1, []string{"flow", "simulate", draft, "--orders", "last-7-days"}, "UNPUBLISHED_POLICY")

	environments := filepath.Join(one, "environments.json")
	if err := os.WriteFile(environments, []byte(`{"two":{"url":"`+twoURL+`/"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, one, 0, []string{"env", "diff", "local", oneURL}, "what is live does not differ")
	says(t, two, 0, []string{"refs", "policy", "lab-channel"}, "flow lab, entry: lab-channel@1")
	says(t, two, 0, []string{"refs", "policy", "my-channel"}, "nobody uses policy my-channel")
	says(t, two, 1, []string{"refs", "policy", "lab-channel", "--free"}, "Still.Referenced")
	says(t, two, 2, []string{"refs", "color", "blue"}, "--help")

	at := []string{"--environments", environments}
	says(t, one, 0, append([]string{"env", "diff", "local", "two"}, at...), "flow mine is live at local only")
	says(t, one, 0, append([]string{"env", "diff", "two", "local"}, at...), "flow mine is live at local only")
	says(t, one, 0, append([]string{"env", "promote", "local", "two", "mine"}, at...), "flow mine would be published", "nothing was done; say --yes")
	says(t, two, 1, []string{"flow", "export", "mine"}, "no live flow")
	says(t, one, 0, append([]string{"env", "promote", "local", "two", "mine", "--yes"}, at...), "flow mine is published: it is new here")
	says(t, one, 0, append([]string{"env", "diff", "local", "two"}, at...), "what is live does not differ")
	if a, b := says(t, one, 0, []string{"flow", "export", "mine"}), says(t, two, 0, []string{"flow", "export", "mine"}); a != b {
		t.Errorf("the flow is another there:\n%s\n%s", a, b)
	}
	if err := os.WriteFile(file, []byte(strings.NewReplacer(`"title": "Lab"`, `"title": "My lab"`, `"my-shop"`, `"your-shop"`).Replace(mine)), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, two, 1, []string{"flow", "import", file}, "POLICY_CONFLICT", "my-channel@1", "--renumber")
	says(t, two, 0, []string{"flow", "import", file, "--renumber"}, "policy my-channel@1 is called my-channel@2 here", "flow mine is published: it replaces what is live for new orders")
	says(t, one, 0, append([]string{"env", "diff", "two", "local"}, at...), "flow mine at two: ", "My lab", "my-channel@2")
	says(t, one, 1, append([]string{"env", "promote", "two", "three", "mine"}, at...), `has no environment "three"`)
	says(t, two, 0, []string{"refs", "policy", "my-channel"}, "flow mine, entry: my-channel@2")
}

func TestEnvironmentsAreFoundAndTokensStayWhereTheyBelong(t *testing.T) {
	t.Setenv("TRIAL_TOKEN", "s3cret")
	var seen []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = append(seen, "elsewhere "+r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	file := filepath.Join(dir, "environments.json")
	diff := func(content string) string {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		code, text := orderloom(t, dir, "env", "diff", "prod", "prod", "--environments", file)
		if code != 1 || strings.Contains(text, "s3cret") {
			t.Errorf("%d %s", code, text)
		}
		return text
	}
	diff(`{"prod":{"url":"` + server.URL + `","token":"env:TRIAL_TOKEN"}}`)
	if len(seen) != 1 || seen[0] != "Bearer s3cret" {
		t.Errorf("%q", seen)
	}
	for content, want := range map[string]string{
		`{}`: `has no environment "prod"`,
		`[`:  "is no list of environments",
		`{"prod":{"url":"http://shop.example.com","token":"env:TRIAL_TOKEN"}}`: "would be sent in the clear",
		`{"prod":{"url":"https://a:b@example.com"}}`:                           "no URL without credentials",
		`{"prod":{"url":"ftp://example.com"}}`:                                 "no URL without credentials",
		`{"prod":{"url":"https://example.com","token":"s3cret"}}`:              "is no reference",
		`{"prod":{"url":"https://example.com","token":"env:NOBODY_SET_THIS"}}`: "is empty",
		`{"prod":{"url":"https://example.com","token":"file:/no/such/file"}}`:  "reading the token",
	} {
		if text := diff(content); !strings.Contains(text, want) {
			t.Errorf("%s: %s", content, text)
		}
	}
}
