package registry_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
)

func TestTheDrawingOfALiveFlow(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	text, owned, err := r.Drawing(t.Context(), "lab")
	if err != nil || !owned || !json.Valid(text) {
		t.Errorf("of the repository: %v %v", owned, err)
	}
	text[0] = 'x'
	if again, _, err := r.Drawing(t.Context(), "lab"); err != nil || !json.Valid(again) {
		t.Errorf("who changes it changes it for others: %v", err)
	}
	for id, code := range map[string]string{"mine": fault.NotFound, "": fault.Invalid} {
		if _, _, err := r.Drawing(t.Context(), id); !fault.Is(err, code) {
			t.Errorf("%q: %v", id, err)
		}
	}
	for n, doc := range []string{`{"id":"mine"}`, `{"id":"mine","title":"newer"}`} {
		if _, err := r.Release(t.Context(), nil, registry.Version{Flow: "mine", Machine: "flow-mine", ARN: fmt.Sprint("arn:", n), Document: json.RawMessage(doc)}); err != nil {
			t.Fatal(err)
		}
		if text, owned, err := r.Drawing(t.Context(), "mine"); string(text) != doc || owned || err != nil {
			t.Errorf("%s %v %v", text, owned, err)
		}
	}
}
