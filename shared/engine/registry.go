package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sync"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// definition is one text of a machine, known by its hash and never changed.
type definition struct {
	hash    string
	raw     []byte
	machine *asl.Machine
}

// registry keeps machines. Each change rewrites one small file; definitions
// stand in files of their own, written once.
type registry struct {
	dir     string // "" keeps everything in memory
	options []jsonata.Option

	writing     sync.Mutex // of files of definitions
	mu          sync.RWMutex
	machines    map[string]*record // by ARN; records are replaced, never changed
	definitions map[string]*definition
}

func openRegistry(dir string, options []jsonata.Option) (*registry, error) {
	r := &registry{dir: dir, options: options, machines: map[string]*record{}, definitions: map[string]*definition{}}
	if dir == "" {
		return r, nil
	}
	if err := os.MkdirAll(filepath.Join(dir, "definitions"), 0o755); err != nil {
		return nil, fault.Wrap(err, ErrUnavailable, "creating the folder of definitions")
	}
	data, err := os.ReadFile(r.file())
	if os.IsNotExist(err) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &r.machines)
	}
	if err != nil {
		return nil, fault.Wrap(err, ErrUnavailable, "reading the machines from %s", r.file())
	}
	return r, nil
}

func (r *registry) file() string { return filepath.Join(r.dir, "machines.json") }

// define parses a definition and keeps it.
func (r *registry) define(raw []byte) (*definition, error) {
	sum := sha256.Sum256(raw)
	hash := hex.EncodeToString(sum[:])
	if d := r.known(hash); d != nil {
		return d, nil
	}
	d, err := r.parse(hash, raw)
	if err != nil {
		return nil, err
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	if r.dir != "" && r.known(hash) == nil {
		if err := writeFile(r.definitionFile(hash), raw); err != nil {
			return nil, err
		}
	}
	r.keep(d)
	return d, nil
}

func (r *registry) parse(hash string, raw []byte) (*definition, error) {
	m, problems := asl.Parse(raw, r.options...)
	if problems != nil {
		return nil, invalid(problems)
	}
	return &definition{hash, bytes.Clone(raw), m}, nil
}

func (r *registry) keep(d *definition) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.definitions[d.hash] = d
}

func (r *registry) definitionFile(hash string) string {
	return filepath.Join(r.dir, "definitions", hash+".json")
}

func (r *registry) known(hash string) *definition {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.definitions[hash]
}

// load finds a definition by its hash, on disk if need be.
func (r *registry) load(hash string) (*definition, error) {
	if d := r.known(hash); d != nil {
		return d, nil
	}
	raw, err := os.ReadFile(r.definitionFile(hash))
	if err != nil {
		return nil, fault.Wrap(err, ErrUnavailable, "reading the definition %s", hash)
	}
	d, err := r.parse(hash, raw)
	if err == nil {
		r.keep(d)
	}
	return d, err
}

func (r *registry) get(arn string) *record {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.machines[arn]
}

// change replaces the record of a machine; f gets a copy, or nil when there is
// none, and returns what shall be there, nil to delete it.
func (r *registry) change(arn string, f func(*record) (*record, error)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.machines[arn]
	var copied *record
	if old != nil {
		c := *old
		c.Versions = append([]versionRecord(nil), old.Versions...)
		c.Aliases = append([]aliasRecord(nil), old.Aliases...)
		copied = &c
	}
	changed, err := f(copied)
	if err != nil || reflect.DeepEqual(old, changed) {
		return err
	}
	r.put(arn, changed)
	if r.dir == "" {
		return nil
	}
	data, err := json.MarshalIndent(r.machines, "", " ")
	if err == nil {
		err = writeFile(r.file(), data)
	}
	if err != nil {
		r.put(arn, old)
	}
	return err
}

func (r *registry) put(arn string, rec *record) {
	if rec == nil {
		delete(r.machines, arn)
	} else {
		r.machines[arn] = rec
	}
}

// writeFile replaces a file so that a crash leaves the old or the new one.
func writeFile(path string, data []byte) error {
	err := func() error {
		tmp, err := os.Create(path + ".new")
		if err != nil {
			return err
		}
		defer tmp.Close()
		if _, err := tmp.Write(data); err != nil {
			return err
		}
		if err := tmp.Sync(); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
		dir, err := os.Open(filepath.Dir(path))
		if err != nil {
			return err
		}
		defer dir.Close()
		return dir.Sync()
	}()
	if err != nil {
		_ = os.Remove(path + ".new") // it takes room on a disk that may be full
		return fault.Wrap(err, ErrUnavailable, "writing %s", filepath.Base(path))
	}
	return nil
}
