package jsondoc

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/jsontree"
)

// Limits of a document.
const (
	MaxBytes = 4 << 20
	maxDepth = 64
)

// read parses a whole document. The error comes with its byte offset.
func (p *Parser) read(data []byte) (*Node, int, error) {
	if len(data) > MaxBytes {
		return nil, 0, fmt.Errorf("the document has %d bytes, more than %d", len(data), MaxBytes)
	}
	if !utf8.Valid(data) {
		return nil, 0, errors.New("the document is not UTF-8")
	}
	return jsontree.Parse(data, maxDepth, func(pos int, pointer, key string) {
		p.Add(DuplicateKey, pointer, pos, "the key %q stands twice in one object", key)
	})
}
