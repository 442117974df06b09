//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package wal_test

import (
	"errors"
	"testing"

	"github.com/orderloom/orderloom/shared/engine/wal"
)

// A second process that wrote to the same log would damage it.
func TestALogIsOpenOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	nothing := func(wal.Pos, []byte) error { return nil }
	first, err := wal.Open(dir, wal.Options{}, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wal.Open(dir, wal.Options{}, nothing); !errors.Is(err, wal.ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := wal.Open(dir, wal.Options{}, nothing)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}
