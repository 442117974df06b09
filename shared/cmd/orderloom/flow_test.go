package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/golden"
)

// Each file of testdata/flow is one case: a command, the files that it reads
// (beside those of the repository), and all that it prints.
func TestGoldenFlow(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/flow/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(data)
			archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "output" })
			dir := t.TempDir()
			var args []string
			for _, f := range archive.Files {
				if f.Name == "command" {
					args = strings.Fields(string(f.Data))
				} else if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for i, arg := range args {
				if slices.ContainsFunc(archive.Files, func(f txtar.File) bool { return f.Name == arg }) {
					args[i] = filepath.Join(dir, arg)
				}
			}
			_, text := orderloom(t, dir, args...)
			_, again := orderloom(t, dir, args...)
			if text != again {
				t.Errorf("the second time it prints something else:\n%s", again)
			}
			text = strings.ReplaceAll(text, dir+string(filepath.Separator), "")
			archive.Files = append(archive.Files, txtar.File{Name: "output", Data: append(bytes.TrimRight([]byte(text), "\n"), '\n')})
			golden.Check(t, file, txtar.Format(archive))
		})
	}
}

func TestOnlyOneThingIsShownInsteadOfTheMachine(t *testing.T) {
	t.Parallel()
	file := "../../../statemachines/lab/flow.json"
	if code, text := orderloom(t, t.TempDir(), "flow", "compile", file, "--cost", "--iam"); code != 2 || !strings.Contains(text, "can't be used together") {
		t.Errorf("%d %s", code, text)
	}
	if code, text := orderloom(t, t.TempDir(), "flow", "compile", file, "--graph", "png"); code != 1 || !strings.Contains(text, "--graph is mermaid or svg") {
		t.Errorf("%d %s", code, text)
	}
}

// With --out the files hold what is compiled.
func TestMachinesAreWrittenToAFolder(t *testing.T) {
	t.Parallel()
	dir, file := t.TempDir(), "../../../statemachines/lab/flow.json"
	if code, text := orderloom(t, dir, "flow", "compile", file, "--out", filepath.Join(dir, "m")); code != 0 {
		t.Fatalf("%d %s", code, text)
	}
	written, err := os.ReadFile(filepath.Join(dir, "m", "lab.asl.json"))
	committed, failed := os.ReadFile("../../../statemachines/lab/statemachine.asl.json")
	if err != nil || failed != nil || !bytes.Equal(written, committed) {
		t.Errorf("%v, %v: %d bytes, %d are committed", err, failed, len(written), len(committed))
	}
	if code, text := orderloom(t, dir, "flow", "compile", file, "--profile", "fast"); code != 1 || !strings.Contains(text, "--profile is standard or compact") {
		t.Errorf("%d %s", code, text)
	}
}
