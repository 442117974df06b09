package main

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// mega is a megabyte as Lambda counts its own limits.
const mega = 1 << 20

// limit is the largest zip of a function: a cold start loads all of it. Some,
// which only people wait for, carry the pages or the compiler.
func limit(logicalID string) int {
	switch logicalID {
	case "ConsoleSiteFunction", "FlowsPublishFunction", "FlowsPublishPolicyFunction", "FlowsImportFunction":
		return 8 * mega
	}
	return 4 * mega
}

// program is what a function's folder is to hold.
const program = "bootstrap"

// check compares a build with the functions that it is to have. Folders of
// included templates may nest.
func check(build fs.FS, want []string) (sizes, problems []string) {
	missing := slices.Clone(want)
	err := fs.WalkDir(build, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "template.yaml" {
			return err
		}
		id := path.Base(path.Dir(name))
		if d.Name() != program {
			problems = append(problems, fmt.Sprintf("%s: a function consists of %s alone", name, program))
			return nil
		}
		missing = slices.DeleteFunc(missing, func(m string) bool { return m == id })
		size, err := inspect(build, name)
		switch {
		case err != nil:
			problems = append(problems, fmt.Sprintf("%s: %v", name, err))
		case size > limit(id):
			problems = append(problems, fmt.Sprintf("%s: the zip has %.1f MB, more than %d", id, float64(size)/mega, limit(id)/mega))
		}
		sizes = append(sizes, fmt.Sprintf("%5.2f MB  %s", float64(size)/mega, id))
		return nil
	})
	if err != nil {
		problems = append(problems, err.Error())
	}
	for _, id := range missing {
		problems = append(problems, id+" was not built")
	}
	return sizes, problems
}

// inspect returns the size of the zip that a program becomes.
func inspect(build fs.FS, name string) (int, error) {
	info, err := fs.Stat(build, name)
	if err != nil {
		return 0, err
	}
	if info.Mode()&0o111 == 0 {
		return 0, fmt.Errorf("cannot be executed")
	}
	data, err := fs.ReadFile(build, name)
	if err != nil {
		return 0, err
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	if f.Machine != elf.EM_AARCH64 || f.Class != elf.ELFCLASS64 {
		return 0, fmt.Errorf("is for %v, not for arm64", f.Machine)
	}
	if slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		return 0, fmt.Errorf("is linked dynamically; build it with CGO_ENABLED=0")
	}
	return zipped(data)
}

func zipped(data []byte) (int, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(program)
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(data); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	return b.Len(), nil
}
