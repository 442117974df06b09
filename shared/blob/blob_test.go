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
	changed := blob.Compress([]byte("order"))
	changed[len(changed)-8] ^= 1 // its checksum
	if _, err := blob.Expand("k", changed); !fault.Is(err, fault.Internal) {
		t.Errorf("a document that was changed: %v", err)
	}
	if _, err := blob.Expand("k", append(blob.Compress([]byte("x")), "more"...)); !fault.Is(err, fault.Internal) {
		t.Errorf("something behind a document: %v", err)
	}
	if got, err := blob.Expand("k", blob.Compress(make([]byte, blob.MaxBytes))); err != nil || len(got) != blob.MaxBytes {
		t.Errorf("the largest document became %d bytes: %v", len(got), err)
	}
	if _, err := blob.Expand("k", blob.Compress(make([]byte, blob.MaxBytes+1))); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a document that expands beyond the limit: %v", err)
	}
}

func TestTheSameDocumentIsKeptAsTheSameBytes(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("order "), 1000)
	if packed := blob.Compress(data); !bytes.Equal(packed, blob.Compress(data)) || len(packed) > len(data)/10 {
		t.Errorf("%d bytes became %d", len(data), len(packed))
	}
}

// Whatever is stored: the document or a fault that names it.
func FuzzExpand(f *testing.F) {
	f.Add(blob.Compress([]byte("order")))
	f.Add([]byte("no gzip"))
	f.Fuzz(func(t *testing.T, packed []byte) {
		data, err := blob.Expand("k", packed)
		if err != nil {
			if !fault.Is(err, fault.Internal) && !fault.Is(err, fault.TooLarge) || data != nil {
				t.Errorf("%d bytes, %v", len(data), err)
			}
			return
		}
		if again, err := blob.Expand("k", blob.Compress(data)); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%v", err)
		}
	})
}
