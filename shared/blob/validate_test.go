package blob_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/fault"
)

// path makes a key of parts of 200 bytes, with a last part that fills it up.
func path(bytes int) string {
	key := strings.Repeat(strings.Repeat("x", 200)+"/", bytes/201)
	return key + strings.Repeat("y", bytes-len(key))
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"a", "raw/2026/msg_1.json", "a b", "é/日/😀", "...", "a..b", "gz/a", "a.gz", "a/b.gz", "%41", "a:b*?\"<>|", strings.Repeat("x", 240),
		path(1000)} {
		if err := blob.ValidateKey(key); err != nil {
			t.Errorf("%q is refused: %v", key, err)
		}
	}
	for key, why := range map[string]string{
		"": "empty", "/a": "slash", "a/": "slash", "a//b": "slash", "/": "slash", ".": "part .", "a/./b": "part .", "..": "part .", "a/../../b": "part .",
		"a\\b": "backslash", "a\x00b": "control", "a\nb": "control", "a\x7fb": "control", "a\u0085": "control", "a\xff": "UTF-8", "a\ufffe": "control", "a\uffff": "control",
		"a.gz/b": "folder", ".gz/a": "folder", strings.Repeat("x", 241): "part that is too long", strings.Repeat("é", 121) + "/a": "part that is too long", path(1001): "is too long",
	} {
		err := blob.ValidateKey(key)
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != fault.Invalid || f.Field != "key" || !strings.Contains(f.Message, why) {
			t.Errorf("%q: %v, want %q", key, err, why)
		}
	}
}

// What is accepted can be a file below a folder, and its compressed form beside
// every other key's.
func TestAKeyStaysInItsFolder(t *testing.T) {
	t.Parallel()
	part := rapid.OneOf(rapid.SampledFrom([]string{".", "..", "", "a", "a.gz", ".gz", "x\\y", "b\x00"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		key := strings.Join(rapid.SliceOfN(part, 0, 5).Draw(t, "parts"), "/")
		if blob.ValidateKey(key) != nil {
			return
		}
		parts := strings.Split(key, "/")
		for i, p := range parts {
			if p == "" || p == "." || p == ".." || strings.ContainsAny(p, "\\\x00") || i < len(parts)-1 && strings.HasSuffix(p, blob.Suffix) {
				t.Errorf("%q is accepted", key)
			}
		}
	})
}

func TestADocumentHasItsLimit(t *testing.T) {
	t.Parallel()
	data := make([]byte, blob.MaxBytes+1)
	if err := blob.ValidatePut("a", data[1:]); err != nil {
		t.Errorf("the largest document: %v", err)
	}
	if err := blob.ValidatePut("a", nil); err != nil {
		t.Errorf("an empty document: %v", err)
	}
	if err := blob.ValidatePut("a", data); !fault.Is(err, fault.TooLarge) {
		t.Errorf("one byte more: %v", err)
	}
	if err := blob.ValidatePut("", nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("no key: %v", err)
	}
}

func TestAListAsksForKeys(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, blob.MaxList} {
		if err := blob.ValidateList("raw/", "raw/2026/", limit); err != nil {
			t.Errorf("%d: %v", limit, err)
		}
	}
	long := strings.Repeat("x", blob.MaxKeyBytes+1)
	for _, c := range []struct {
		prefix, after string
		limit         int
		field         string
	}{
		{"", "", 0, "limit"}, {"", "", -1, "limit"}, {"", "", blob.MaxList + 1, "limit"},
		{long, "", 1, "prefix"}, {"\xff", "", 1, "prefix"}, {"a\n", "", 1, "prefix"},
		{"", long, 1, "after"}, {"", "\xff", 1, "after"}, {"", "\x00", 1, "after"},
	} {
		err := blob.ValidateList(c.prefix, c.after, c.limit)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != fault.Invalid || f.Field != c.field {
			t.Errorf("%.20q %.20q %d: %v", c.prefix, c.after, c.limit, err)
		}
	}
}

func TestAbsentNamesTheKey(t *testing.T) {
	t.Parallel()
	if err := blob.Absent("raw/1"); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "raw/1") {
		t.Errorf("%v", err)
	}
}
