// Package golden compares what the code generates with the committed file.
package golden

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/google/go-cmp/cmp"
)

// T is the part of *testing.T that Check uses.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Check fails the test when got is not what the file at path holds. With
// GOLDEN=update in the environment, which `make golden` sets, it writes the
// file instead.
func Check(t T, path string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err == nil && bytes.Equal(want, got) {
		return
	}
	if os.Getenv("GOLDEN") == "update" {
		write(t, path, got)
		return
	}
	if err != nil {
		t.Errorf("%s cannot be read (%v); run make golden", path, err)
		return
	}
	t.Errorf("%s is stale; run make golden and look at the difference (- committed, + generated):\n%s", path, cmp.Diff(string(want), string(got)))
}

func write(t T, path string, got []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatalf("golden: %v", err)
	}
	if err := os.WriteFile(path, got, 0o644); err != nil {
		t.Fatalf("golden: %v", err)
	}
}
