package host

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/blob/folder"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/pump"
	"github.com/orderloom/orderloom/shared/table"
)

// What a consumer could not take is kept where a person finds it.
func TestAChangeThatIsGivenUpIsKept(t *testing.T) {
	t.Parallel()
	blobs, err := folder.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	h := &Host{blobs: blobs}
	failure := pump.Failure{Consumer: "orderloom-orders-publish", Attempts: 20, Error: fn.LambdaError{ErrorType: "Orderloom.Internal", ErrorMessage: "no"},
		Change: table.Change{Seq: 42, Key: table.Key{PK: "ORDER#1", SK: "J#1"}}}
	if err := h.keepFailure(t.Context(), failure); err != nil {
		t.Fatal(err)
	}
	text, err := blobs.Get(t.Context(), "failures/orderloom-orders-publish/42")
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"consumer": "orderloom-orders-publish", "sequence": 42.0, "attempts": 20.0, "key": map[string]any{"PK": "ORDER#1", "SK": "J#1"},
		"error": map[string]any{"errorType": "Orderloom.Internal", "errorMessage": "no"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
