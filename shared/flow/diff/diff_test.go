package diff_test

import (
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/flow/diff"
	"github.com/orderloom/orderloom/statemachines"
)

// The words themselves are in the goldens of shared/cmd/orderloom/testdata/flow.

func TestADocumentDoesNotDifferFromItself(t *testing.T) {
	t.Parallel()
	documents, err := statemachines.Documents()
	if err != nil || len(documents) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for id, doc := range documents {
		if words, problems := diff.Documents(doc, doc); len(words) > 0 || len(problems) > 0 {
			t.Errorf("%s: %q %v", id, words, problems)
		}
	}
}

// A renamed step is told once: edges to it lead to the same step.
func TestARenamedStepIsToldOnce(t *testing.T) {
	t.Parallel()
	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	renamed := strings.Replace(string(documents["lab"]), `"name": "Reserve stock"`, `"name": "Take stock"`, 1)
	words, problems := diff.Documents(documents["lab"], []byte(renamed))
	if len(problems) > 0 || len(words) != 1 || words[0] != `step "Reserve stock" is renamed "Take stock"` {
		t.Errorf("%q %v", words, problems)
	}
}

// Whatever is given is compared without a panic, and with itself without words.
func FuzzDocuments(f *testing.F) {
	f.Add(`{"steps": [{"id": "a", "name": "A", "next": {"to": "b"}, "branches": [{}], "policies": ["x", 1]}]}`, `{"entry": 1, "start": {"again": 7}}`)
	f.Add(`{"steps": {"id": 1}}`, `[`)
	f.Add(`{"steps": [{"branches": {"a": 1}, "steps": [{"id": "a"}]}, 7]}`, `{"steps": [{"id": "a", "otherwise": null}]}`)
	f.Fuzz(func(t *testing.T, a, b string) {
		_, problems := diff.Documents([]byte(a), []byte(b))
		if words, same := diff.Documents([]byte(a), []byte(a)); len(words) > 0 || len(problems) == 0 && len(same) > 0 {
			t.Errorf("%q %v", words, same)
		}
	})
}
