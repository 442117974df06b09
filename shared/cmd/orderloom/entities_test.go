package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/flow/registry"
)

// The example of every declared entity is sent, and its record is shown.
func TestRecordsOfEveryEntityOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := world.Open(t.Context(), world.Options{Dir: dir, Clock: clock.System{}, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	entities, err := registry.Entities()
	if err != nil {
		t.Fatal(err)
	}
	now := func(want int, says string, args ...string) string {
		t.Helper()
		code, text := orderloom(t, dir, args...)
		if code != want || !strings.Contains(text, says) {
			t.Fatalf("%q: %d %s", args, code, text)
		}
		return text
	}
	for _, e := range entities {
		id := string(e.ID)
		file := filepath.Join("../../../statemachines/entities", id, "example.json")
		if _, err := os.Stat(file); err != nil {
			t.Fatal(err)
		}
		now(0, e.Title, "entities", "list")
		now(0, "accepted as message msg_", "send", "json", id, file)
		now(0, "it had been sent before and changes nothing", "send", "json", id, file)
		now(0, "accepted as message msg_", "send", "json", id, file, "--delivery", "another")
		var name string
		for end := time.Now().Add(30 * time.Second); name == ""; time.Sleep(10 * time.Millisecond) {
			if lines := strings.Split(strings.TrimSpace(now(0, "", "entities", "list", id)), "\n"); len(lines) > 1 {
				name = strings.Fields(lines[1])[0]
			}
			if time.Now().After(end) {
				t.Fatal("it is not recorded")
			}
		}
		now(0, e.Word()+"Received", "entities", "show", name)
		now(0, `"document"`, "--json", "entities", "show", name)
		now(1, "no step waits for a release", "entities", "release", name)
	}
	now(1, "no entity", "entities", "list", "unknown")
	now(1, "no record named", "entities", "show", "unknown")
	now(1, "has no instance", "send", "json", "unknown", "entities_test.go")
}
