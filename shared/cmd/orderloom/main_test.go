package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
)

// orderloom runs the command and returns its exit code and all that it printed.
func orderloom(t *testing.T, data string, args ...string) (code int, text string) {
	t.Helper()
	var out bytes.Buffer
	code = run(t.Context(), append([]string{"--data", data}, args...), &out, &out)
	return code, out.String()
}

// Exit codes: 0 success, 1 failure, 2 a command line that is not understood.
func TestWhatIsNotUnderstoodSaysWhereToLook(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"bogus"}, {"orders"}, {"orders", "show"}, {"up", "--port", "x"}, {"send", "shopify", "no-such-file"}, {"stock", "post", "A", "B", "-5"}} {
		code, text := orderloom(t, t.TempDir(), args...)
		if code != 2 || !strings.Contains(text, "--help") {
			t.Errorf("%q: %d %s", args, code, text)
		}
	}
	for _, args := range [][]string{{"--help"}, {"up", "--help"}, {"exceptions", "--help"}} {
		code, text := orderloom(t, t.TempDir(), args...)
		if code != 0 || !strings.Contains(text, "Usage: orderloom") {
			t.Errorf("%q: %d %s", args, code, text)
		}
	}
}

func TestWhatCannotBeMeantIsRefusedBeforeAnythingStarts(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"--port is a port from 0 to 65535":     {"--port", "70000"},
		"--aws-port is a port from 0 to 65535": {"--aws-port=-1"},
		"--speed is a factor above 0":          {"--speed", "0"},
		"at most 1,000,000; not NaN":           {"--speed", "NaN"},
		"exclude each other":                   {"--speed", "2", "--isolate"},
		"is a host name alone":                 {"--public-host", "https://orders.example.com"},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		code, text := orderloom(t, dir, append([]string{"up"}, args...)...)
		if code != 1 || !strings.Contains(text, want) {
			t.Errorf("%q: %d %s", args, code, text)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%q left a data folder", args)
		}
	}
}

func TestEveryCommandSaysThatNothingRuns(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file.json")
	if err := os.WriteFile(file, []byte(`{"id":"x"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"orders", "list"}, {"orders", "show", "#1"}, {"orders", "release", "#1"}, {"orders", "approve", "#1"}, {"exceptions", "list"}, {"exceptions", "retry", "#1"}, {"messages", "list"}, {"messages", "replay", "m"}, {"events", "put", "ReturnReceived", "#1"},
		{"stock", "show", "A"}, {"stock", "post", "A", "B", "1"}, {"send", "shopify", file}, {"flow", "publish", file}, {"flow", "simulate", file, "--orders", "last-7-days"}, {"orders", "export"}, {"flow", "export", "lab"}, {"flow", "import", file}, {"refs", "policy", "x"}, {"env"}, {"env", "diff", "local", "local"}, {"env", "promote", "local", "local", "lab"}, {"fake", "shipstation", "fail", "--times", "1"},
	} {
		code, text := orderloom(t, t.TempDir(), args...)
		if code != 1 || !strings.Contains(text, "no Orderloom runs on") || !strings.Contains(text, "make run") {
			t.Errorf("%q: %d %s", args, code, text)
		}
	}
}

func TestInvokeRefusesWhatIsNoFunctionOrNoJSON(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(file, []byte(`{"half`), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"event.json is not JSON":              {"inventory/post", "-e", file},
		`there is no function "inventory/x"`:  {"inventory/x"},
		`there is no function "../../../etc"`: {"../../../etc"},
	} {
		if code, text := orderloom(t, t.TempDir(), append([]string{"invoke"}, args...)...); code != 1 || !strings.Contains(text, want) {
			t.Errorf("%q: %d %s", args, code, text)
		}
	}
}

func TestACommandThatIsInterruptedSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if code := run(ctx, []string{"demo"}, &out, &out); code != 1 || !strings.HasSuffix(out.String(), "orderloom: interrupted\n") {
		t.Errorf("%d %s", code, out.String())
	}
}

func TestResetDeletesTheDataAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := world.Open(t.Context(), world.Options{Dir: dir, Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	// Even when nobody can find it: it has the table open.
	if err := os.Remove(filepath.Join(dir, "run.json")); err != nil {
		t.Fatal(err)
	}
	if code, text := orderloom(t, dir, "reset"); code != 1 || !strings.Contains(text, "another process has the table open") {
		t.Errorf("while it runs: %d %s", code, text)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "mine")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, text := orderloom(t, dir, "reset"); code != 0 || !strings.Contains(text, "is deleted") {
		t.Errorf("%d %s", code, text)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 1 || left[0] != mine {
		t.Errorf("left: %q %v", left, err)
	}
	if code, text := orderloom(t, dir, "reset"); code != 0 || !strings.Contains(text, "there is no data") {
		t.Errorf("once more: %d %s", code, text)
	}
}

// A home folder has documents in it, too.
func TestResetRefusesAFolderThatIsNoDataFolder(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	letter := filepath.Join(home, "documents", "letter")
	if err := os.MkdirAll(filepath.Dir(letter), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(letter, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, text := orderloom(t, home, "reset")
	if _, err := os.Stat(letter); err != nil || code != 1 || !strings.Contains(text, "not a data folder") {
		t.Errorf("%d %s; the letter: %v", code, text, err)
	}
}

// TestAnOperatorMendsAnOrder: an order that is not valid is shown with its reasons,
// corrected, reprocessed; another one is canceled.
func TestAnOperatorMendsAnOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := world.Open(t.Context(), world.Options{Dir: dir, Clock: clock.System{}, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	for _, s := range world.Samples(time.Now()) {
		if s.Name == "#L-1" || s.Name == "#2008" {
			if err := w.Place(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	eventually := func(want string, args ...string) {
		t.Helper()
		var text string
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if _, text = orderloom(t, dir, args...); strings.Contains(text, want) {
				return
			}
		}
		t.Fatalf("%q does not show %q:\n%s", args, want, text)
	}
	now := func(want int, says string, args ...string) {
		t.Helper()
		if code, text := orderloom(t, dir, args...); code != want || !strings.Contains(text, says) {
			t.Fatalf("%q: %d %s", args, code, text)
		}
	}
	eventually("line.quantity is 1, not at least 5", "orders", "show", "#L-1")
	eventually("order.shipTo.country is AQ, not in US", "orders", "show", "#2008")
	now(1, "nothing to correct", "orders", "correct", "#L-1")
	now(1, "no line with that id", "orders", "correct", "#L-1", "--line", "7=12")
	now(0, "#L-1 is corrected", "orders", "correct", "#L-1", "--line", "1=12")
	now(0, "validate-lines of #L-1: retry", "exceptions", "retry", "#L-1")
	eventually("Sent To Fulfillment", "orders", "show", "#L-1")
	now(1, "was already sent", "orders", "cancel", "#L-1")
	now(0, "#2008 is canceled", "orders", "cancel", "#2008", "--reason", "penguins")
	eventually("OrderCanceled                  (penguins)", "orders", "show", "#2008")
	now(1, "no order named", "orders", "cancel", "#9")
}
