package blob_test

import (
	"bytes"
	"testing"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/fault"
)

func TestDocumentsAreKeptAsGzip(t *testing.T) {
	t.Parallel()
	for _, data := range [][]byte{{}, []byte("x"), bytes.Repeat([]byte("order "), 100_000)} {
		packed := blob.Compress(data)
		got, err := blob.Expand("k", packed)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes became %d: %v", len(data), len(got), err)
		}
		if _, err := blob.Expand("k", packed[:len(packed)-1]); !fault.Is(err, fault.Internal) {
			t.Errorf("truncated: %v", err)
		}
	}
	if _, err := blob.Expand("k", []byte("no gzip")); !fault.Is(err, fault.Internal) {
		t.Errorf("foreign data: %v", err)
	}
	if _, err := blob.Expand("k", blob.Compress(make([]byte, blob.MaxBytes+1))); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a document that expands beyond the limit: %v", err)
	}
}
