package blob

import (
	"bytes"
	"compress/gzip"
	"io"

	"github.com/orderloom/orderloom/shared/fault"
)

// Compress returns the form in which adapters keep a document: gzip, so that
// ordinary tools read it.
func Compress(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// Expand reverses Compress. What is damaged, or larger than a document can be,
// is a fault.
func Expand(key string, packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, damaged(key, err)
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, damaged(key, err)
	}
	if len(data) > MaxBytes {
		return nil, fault.New(fault.TooLarge, "stored document is larger than %d bytes", MaxBytes).On(key, "")
	}
	return data, nil
}

func damaged(key string, err error) error {
	return fault.Wrap(err, fault.Internal, "stored document is damaged").On(key, "").Do("Restore it from a copy")
}
