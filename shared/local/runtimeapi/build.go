package runtimeapi

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// Builder builds bootstraps with the flags of the Makefile, for this machine.
type Builder struct {
	Project string // folder of go.mod
	Cache   string // folder of what is built
	mu      sync.Mutex
	built   map[string]string // by function id
}

// BuildAll builds the bootstraps of all functions, so that none of them is built
// while somebody waits for its answer.
func (b *Builder) BuildAll(ctx context.Context, functions []fn.Function) error {
	for _, f := range functions {
		if _, err := b.Build(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// Build returns a function's bootstrap, built on first use. One at a time: the
// Go command uses all processors by itself.
func (b *Builder) Build(ctx context.Context, f fn.Function) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if program, ok := b.built[f.ID]; ok {
		return program, nil
	}
	pkg, err := b.pkg(f.ID)
	if err != nil {
		return "", err
	}
	cache, err := filepath.Abs(b.Cache)
	if err != nil {
		return "", fault.Wrap(err, fault.Internal, "finding the cache")
	}
	program := filepath.Join(cache, strings.ReplaceAll(f.ID, "/", "-"), "bootstrap")
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", "lambda.norpc", "-o", program, pkg)
	c.Dir = b.Project
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fault.Wrap(err, fault.Misconfigured, "building %s: %s", f.ID, strings.TrimSpace(string(out)))
	}
	if b.built == nil {
		b.built = map[string]string{}
	}
	b.built[f.ID] = program
	return program, nil
}

// pkg finds the main package: a function's id is its path under functions/ or
// functions/providers/.
func (b *Builder) pkg(id string) (string, error) {
	for _, parent := range []string{"functions", "functions/providers"} {
		folder := parent + "/" + id
		if _, err := os.Stat(filepath.Join(b.Project, filepath.FromSlash(folder), "main.go")); err == nil {
			return "./" + folder, nil
		}
	}
	return "", fault.New(fault.NotFound, "no main.go of function %s", id).Do("Run in the folder of the project, with functions/ in it")
}
