package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
)

// executable is the head of a program for a machine, with random filling that
// does not compress.
func executable(t *testing.T, machine elf.Machine, filling int) []byte {
	t.Helper()
	var b bytes.Buffer
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(machine), Version: 1, Ehsize: 64, Phentsize: 56, Shentsize: 64}
	copy(h.Ident[:], []byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1})
	if err := binary.Write(&b, binary.LittleEndian, h); err != nil {
		t.Fatal(err)
	}
	r := rand.NewChaCha8([32]byte{1})
	noise := make([]byte, filling)
	_, _ = r.Read(noise) // never fails
	return append(b.Bytes(), noise...)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	arm := executable(t, elf.EM_AARCH64, 0)
	for name, c := range map[string]struct {
		file    string
		content []byte
		mode    fs.FileMode
		says    string // "" when all is well
	}{
		"a program":               {"OrdersRecordFunction/bootstrap", arm, 0o755, ""},
		"of an included template": {"Shop/OrdersRecordFunction/bootstrap", arm, 0o755, ""},
		"another machine":         {"OrdersRecordFunction/bootstrap", executable(t, elf.EM_X86_64, 0), 0o755, "not for arm64"},
		"no program":              {"OrdersRecordFunction/bootstrap", []byte("#!/bin/sh\nexec something else\n"), 0o755, "bad magic"},
		"not executable":          {"OrdersRecordFunction/bootstrap", arm, 0o644, "cannot be executed"},
		"something beside it":     {"OrdersRecordFunction/Makefile", arm, 0o644, "bootstrap alone"},
		"another function":        {"OtherFunction/bootstrap", arm, 0o755, "OrdersRecordFunction was not built"},
		"too large":               {"OrdersRecordFunction/bootstrap", executable(t, elf.EM_AARCH64, 4*mega), 0o755, "more than 4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			build := fstest.MapFS{"template.yaml": {}, c.file: {Data: c.content, Mode: c.mode}}
			_, problems := check(build, []string{"OrdersRecordFunction"})
			text := strings.Join(problems, "\n")
			if (c.says == "") != (text == "") || !strings.Contains(text, c.says) {
				t.Errorf("problems: %q, want %q", text, c.says)
			}
		})
	}
}

func TestTwoFunctionsMayBeLarger(t *testing.T) {
	t.Parallel()
	large := fstest.MapFS{"ConsoleSiteFunction/bootstrap": {Data: executable(t, elf.EM_AARCH64, 5*mega), Mode: 0o755}}
	if _, problems := check(large, []string{"ConsoleSiteFunction"}); problems != nil {
		t.Errorf("problems: %v", problems)
	}
}
