package oracle

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// machineCase is a machine and the inputs that it is run with.
type machineCase struct {
	name       string
	definition string
	child      string   // definition of the machine "<name>-child"
	inputs     []string // JSON
	deviations []string // of moto, by name
}

// corpus reads testdata/*.txtar. A machine NAME is made of the sections
// NAME.asl.json, NAME.child.asl.json, NAME.inputs (one a line) and NAME.moto
// (names of deviations).
func corpus(t *testing.T) []machineCase {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []machineCase
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		theme := strings.TrimSuffix(filepath.Base(file), ".txtar")
		for _, section := range archive.Files {
			name, kind, _ := strings.Cut(section.Name, ".")
			name = theme + "-" + name
			text := string(section.Data)
			if kind == "asl.json" {
				all = append(all, machineCase{name: name, definition: text})
				continue
			}
			if len(all) == 0 || all[len(all)-1].name != name {
				t.Fatalf("%s: %s does not follow its machine", file, section.Name)
			}
			c := &all[len(all)-1]
			switch kind {
			case "child.asl.json":
				c.child = text
			case "inputs":
				c.inputs = strings.Split(strings.TrimSpace(text), "\n")
			case "moto":
				c.deviations = strings.Fields(text)
			default:
				t.Fatalf("%s: what is %s?", file, section.Name)
			}
		}
	}
	return all
}
