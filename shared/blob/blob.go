// Package blob is the port to large documents: S3 on AWS, a folder on one
// machine. Bodies too large for a table item live here, by pointer.
package blob

import "context"

// MaxBytes is the largest document, uncompressed.
const MaxBytes = 16 << 20

// Store keeps immutable documents by key. Keys are relative slash paths
// without "." or ".." parts. Put replaces; Get of an absent key is a fault with
// code Record.NotFound. Safe for concurrent use.
type Store interface {
	Put(ctx context.Context, key string, data []byte) error
	Get(ctx context.Context, key string) ([]byte, error)
	Delete(ctx context.Context, key string) error
	// List returns up to limit keys with the prefix that sort after the given one.
	List(ctx context.Context, prefix, after string, limit int) ([]string, error)
}
