package folder_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/blob/blobtest"
	"github.com/orderloom/orderloom/shared/blob/folder"
	"github.com/orderloom/orderloom/shared/fault"
)

func open(t *testing.T, dir string) *folder.Store {
	t.Helper()
	s, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestPort(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, filepath.Join(t.TempDir(), "new", "blobs")) })
}

func TestDocumentsAreGzipFilesThatSurviveReopening(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := open(t, dir).Put(t.Context(), "raw/1.json", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, "raw", "1.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); err != nil || string(text) != "{}" {
		t.Errorf("%s, %v", text, err)
	}
	if got, err := open(t, dir).Get(t.Context(), "raw/1.json"); err != nil || string(got) != "{}" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestHalfWrittenFilesAreRemovedAndNeverRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := open(t, dir).Put(t.Context(), "raw/1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(dir, "raw", ".writing-7")
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
	if keys, err := s.List(t.Context(), "", "", 10); err != nil || len(keys) != 1 {
		t.Errorf("%q, %v", keys, err)
	}
}

func TestDamagedFileIsAFault(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "k.gz"), []byte("no gzip"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "k"); !fault.Is(err, fault.Internal) {
		t.Errorf("got %v", err)
	}
}

func TestLinkOutOfTheFolderIsNotFollowed(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	s := open(t, dir)
	if err := os.Symlink(outside, filepath.Join(dir, "out")); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "out/1", []byte("x")); err == nil {
		t.Error("a document was written outside of the folder")
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 0 {
		t.Errorf("outside: %v, %v", entries, err)
	}
}

func TestFolderThatIsAFileIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Open(file); err == nil {
		t.Error("a file was opened as a folder")
	}
}
