package blob

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/fault"
)

const (
	MaxKeyBytes  = 1000 // S3 ends at 1,024
	MaxPartBytes = 240  // one part of the path; file systems end at 255
	MaxList      = 1000 // keys of one List

	// Suffix marks compressed documents in a folder; a part before the last must
	// not end in it, or a folder and a document could have the same name.
	Suffix = ".gz"
)

// ValidateKey checks a key for every adapter.
func ValidateKey(key string) error {
	bad := func(why string) error { return fault.New(fault.Invalid, "blob key %s", why).On("", "key").Got(key) }
	switch {
	case key == "":
		return bad("is empty")
	case len(key) > MaxKeyBytes:
		return bad("is too long")
	case !utf8.ValidString(key):
		return bad("is not UTF-8")
	case strings.ContainsFunc(key, func(r rune) bool { return unicode.IsControl(r) || r == '\\' || r == 0xfffe || r == 0xffff }):
		return bad("has a control character or a backslash")
	}
	parts := strings.Split(key, "/")
	for i, part := range parts {
		switch {
		case part == "":
			return bad("has an empty part or begins or ends with a slash")
		case part == "." || part == "..":
			return bad("has a part . or ..")
		case len(part) > MaxPartBytes:
			return bad("has a part that is too long")
		case i < len(parts)-1 && strings.HasSuffix(part, Suffix):
			return bad("has a folder that ends in " + Suffix)
		}
	}
	return nil
}

// ValidatePut checks the arguments of Put.
func ValidatePut(key string, data []byte) error {
	if len(data) > MaxBytes {
		return fault.New(fault.TooLarge, "document of %d bytes, at most %d", len(data), MaxBytes).On(key, "")
	}
	return ValidateKey(key)
}

// ValidateList checks the arguments of List. Prefix and after are text, not keys.
func ValidateList(prefix, after string, limit int) error {
	if limit < 1 || limit > MaxList {
		return fault.New(fault.Invalid, "limit is not in 1..%d", MaxList).On("", "limit").Got(limit)
	}
	for field, text := range map[string]string{"prefix": prefix, "after": after} {
		if len(text) > MaxKeyBytes || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return fault.New(fault.Invalid, "%s of a blob list is no part of a key", field).On("", field).Got(text)
		}
	}
	return nil
}

// Absent is the fault of a Get that finds nothing.
func Absent(key string) error { return fault.New(fault.NotFound, "no document").On(key, "") }
