package store

import (
	"bytes"
	"compress/gzip"
	"io"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// Documents over packBytes are stored compressed: an order of 2,000 lines has
// statuses and events that only then fit into an item. JSON never begins with
// gzip's magic number, so readers tell the two apart.
const packBytes = 8 << 10

var gzipMagic = []byte{0x1f, 0x8b}

func pack(doc []byte) []byte {
	if len(doc) <= packBytes {
		return doc
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(doc) // a bytes.Buffer does not fail
	_ = w.Close()
	return b.Bytes()
}

func unpack(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, gzipMagic) {
		return data, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "stored document is damaged")
	}
	doc, err := io.ReadAll(io.LimitReader(r, 64*table.MaxItemBytes))
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "stored document is damaged")
	}
	return doc, nil
}

// docOf returns the document that an item holds itself.
func docOf(item table.Item) ([]byte, error) { return unpack(item.Bytes(docAttr)) }
