// Package secrets stands in for AWS Secrets Manager: one JSON file, readable by
// its owner only, that maps references to values. Values leave it only by Get;
// they are never logged, listed or part of an error.
package secrets

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/orderloom/orderloom/shared/fault"
)

// File is a secret store in one file. It is safe for concurrent use.
type File struct {
	path string

	mu     sync.RWMutex
	values map[string]string
}

// Open reads the file; one that does not exist yet is an empty store. A file
// that others can read is refused: its secrets may be known already.
func Open(path string) (*File, error) {
	f := &File{path: path, values: map[string]string{}}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "opening the secrets")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Misconfigured, "%s can be read by others (mode %04o)", path, info.Mode().Perm()).Do("chmod 600 " + path + ", and change the secrets when somebody else may have read them")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "reading the secrets")
	}
	if json.Unmarshal(data, &f.values) != nil { // the decoder's error would quote the file
		return nil, fault.New(fault.Misconfigured, "%s is not a JSON object of texts", path)
	}
	return f, nil
}

// Get implements fn.Secrets.
func (f *File) Get(_ context.Context, ref string) (string, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	v, ok := f.values[ref]
	if !ok {
		return "", fault.New(fault.NotFound, "no secret %q", ref).Do("Set it, or correct the reference in the provider instance")
	}
	return v, nil
}

// Set stores a value, durably, before it returns.
func (f *File) Set(ref, value string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := make(map[string]string, len(f.values)+1)
	for k, v := range f.values {
		next[k] = v
	}
	next[ref] = value
	if err := f.save(next); err != nil {
		return fault.Wrap(err, fault.Internal, "saving secret %q", ref)
	}
	f.values = next
	return nil
}

// Ensure stores what make returns under a reference that has no value yet.
func (f *File) Ensure(ref string, make func() string) error {
	f.mu.RLock()
	_, have := f.values[ref]
	f.mu.RUnlock()
	if have {
		return nil
	}
	return f.Set(ref, make())
}

// save replaces the file in one step, so that a crash leaves the old or the new.
func (f *File) save(values map[string]string) error {
	data, err := json.MarshalIndent(values, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.path), ".secrets-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	if _, err := tmp.Write(append(data, '\n')); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), f.path)
}
