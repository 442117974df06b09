package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/golden"
)

// recorder stands in for a test that may fail.
type recorder struct{ failures []string }

func (r *recorder) Helper()                   {}
func (r *recorder) Errorf(f string, a ...any) { r.failures = append(r.failures, fmt.Sprintf(f, a...)) }
func (r *recorder) Fatalf(f string, a ...any) { r.Errorf(f, a...) }

func TestCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b.txt")
	check := func(got string) string {
		var r recorder
		golden.Check(&r, path, []byte(got))
		return strings.Join(r.failures, "\n")
	}

	t.Setenv("GOLDEN", "")
	if msg := check("one\n"); !strings.Contains(msg, "run make golden") {
		t.Errorf("a missing file gives %q", msg)
	}
	if _, err := os.Stat(path); err == nil {
		t.Fatal("comparing wrote the file")
	}

	t.Setenv("GOLDEN", "update")
	if msg := check("one\n"); msg != "" {
		t.Errorf("updating gives %q", msg)
	}

	t.Setenv("GOLDEN", "")
	if msg := check("one\n"); msg != "" {
		t.Errorf("an equal file gives %q", msg)
	}
	if msg := check("two\n"); !strings.Contains(msg, "stale; run make golden") || !strings.Contains(msg, "two") {
		t.Errorf("a stale file gives %q", msg)
	}
}
