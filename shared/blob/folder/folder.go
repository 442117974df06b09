// Package folder keeps documents as gzip files in a folder, for Orderloom on
// one machine. A document is written beside its place, synced and renamed, so
// that after a crash it is there whole or not at all.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/fault"
)

// Store is a blob.Store. One process at a time owns its folder.
type Store struct {
	root *os.Root // refuses whatever leads out of the folder, links included
	next atomic.Int64
}

var _ blob.Store = (*Store)(nil)

// temporary begins the names of files that are being written.
const temporary = ".writing-"

// Open opens or creates the folder and removes what a crash left half-written.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, failure(err, "create the folder", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, failure(err, "open the folder", dir)
	}
	s := &Store{root: root}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasPrefix(d.Name(), temporary) && !strings.HasSuffix(d.Name(), blob.Suffix) {
			return root.Remove(name)
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(failure(err, "clean the folder", dir), root.Close())
	}
	return s, nil
}

// Close lets go of the folder.
func (s *Store) Close() error { return s.root.Close() }

// Put implements blob.Store.
func (s *Store) Put(ctx context.Context, key string, data []byte) error {
	if err := blob.ValidatePut(key, data); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	name := key + blob.Suffix
	dir := path.Dir(name)
	fresh, err := s.makeDir(dir)
	if err != nil {
		return failure(err, "create a folder", key)
	}
	writing := path.Join(dir, fmt.Sprint(temporary, s.next.Add(1)))
	err = s.write(writing, blob.Compress(data))
	if err == nil {
		err = s.root.Rename(writing, name)
	}
	if err != nil {
		_ = s.root.Remove(writing) // the first error tells more
		return failure(err, "write", key)
	}
	// The name is durable once its folder is synced, and so are the folders.
	for ; err == nil; dir, fresh = path.Dir(dir), fresh-1 {
		if err = s.sync(dir); fresh == 0 {
			break
		}
	}
	if err != nil {
		return failure(err, "write", key)
	}
	return nil
}

// makeDir creates what is missing of a folder and returns how many levels.
func (s *Store) makeDir(dir string) (levels int, err error) {
	for d := dir; d != "."; d, levels = path.Dir(d), levels+1 {
		if _, err := s.root.Stat(d); err == nil {
			break
		}
	}
	if levels == 0 {
		return 0, nil
	}
	return levels, s.root.MkdirAll(dir, 0o700)
}

func (s *Store) write(name string, packed []byte) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(packed)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// sync makes the names in a folder durable. Windows has no such call and needs
// none.
func (s *Store) sync(dir string) error {
	d, err := s.root.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) || errors.Is(err, fs.ErrPermission) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// Get implements blob.Store.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := blob.ValidateKey(key); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	packed, err := s.root.ReadFile(key + blob.Suffix)
	if missing(err) {
		return nil, blob.Absent(key)
	}
	if err != nil {
		return nil, failure(err, "read", key)
	}
	return blob.Expand(key, packed)
}

// Delete implements blob.Store; an absent document is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := blob.ValidateKey(key); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.root.Remove(key + blob.Suffix); err != nil && !missing(err) {
		return failure(err, "delete", key)
	}
	return nil
}

// missing also covers a document where a key wants a folder.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// List implements blob.Store. It reads the folders that the prefix and the
// start allow, each whole.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]string, error) {
	if err := blob.ValidateList(prefix, after, limit); err != nil {
		return nil, err
	}
	var keys []string
	err := fs.WalkDir(s.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if missing(err) { // deleted meanwhile
			return nil
		}
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if d.IsDir() {
			if within := name + "/"; name != "." && (!related(within, prefix) || (within < after && !strings.HasPrefix(after, within))) {
				return fs.SkipDir
			}
			return nil
		}
		key, ok := strings.CutSuffix(name, blob.Suffix)
		if ok && strings.HasPrefix(key, prefix) && key > after {
			keys = append(keys, key)
		}
		return nil
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, failure(err, "list", prefix)
	}
	slices.Sort(keys)
	return keys[:min(limit, len(keys))], nil
}

// related reports whether a folder may hold keys with the prefix.
func related(within, prefix string) bool {
	return strings.HasPrefix(within, prefix) || strings.HasPrefix(prefix, within)
}

func failure(err error, doing, key string) error {
	f := fault.Wrap(err, fault.Unavailable, "cannot %s", doing).On(key, "")
	switch {
	case errors.Is(err, syscall.ENOSPC):
		f.Hint = "The disk is full: free space, the call can be repeated"
	case errors.Is(err, fs.ErrPermission):
		f.Code, f.Hint = fault.Misconfigured, "Check that this user may write to the data folder"
	}
	return f
}
