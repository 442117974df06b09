package statemachines_test

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/statemachines"
)

func TestEveryEntityHasItsMappingAndAnExample(t *testing.T) {
	t.Parallel()
	all, err := statemachines.Entities()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d entities, %v", len(all), err)
	}
	for i := range all {
		m, err := statemachines.Mapping(&all[i])
		if err != nil {
			t.Error(err)
			continue
		}
		example, err := os.ReadFile("entities/" + string(all[i].ID) + "/example.json")
		if err != nil {
			t.Fatal(err)
		}
		mapped, err := m.Apply(example, nil, nil)
		if err != nil {
			t.Fatalf("the example of %s: %v", all[i].ID, err)
		}
		if _, err := all[i].Read(mapped); err != nil {
			t.Errorf("the example of %s: %v", all[i].ID, err)
		}
		for name := range m.Fields {
			if _, ok := all[i].Field(name); !ok {
				t.Errorf("the mapping of %s makes a field %q that the entity does not have", all[i].ID, name)
			}
		}
	}
}

// A declared entity works by its documents alone.
func TestNoCodeKnowsADeclaredEntity(t *testing.T) {
	t.Parallel()
	all, err := statemachines.Entities()
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	err = fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		data, err := fs.ReadFile(os.DirFS(".."), path)
		read++
		for _, e := range all {
			if bytes.Contains(bytes.ToLower(data), []byte(strings.ToLower(string(e.ID)))) {
				t.Errorf("%s knows the entity %s", path, e.ID)
			}
		}
		return err
	})
	if err != nil || read < 100 {
		t.Errorf("%d files were read: %v", read, err)
	}
}
