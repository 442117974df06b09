// Package blobtest is the specification of the blob port, as tests: every
// adapter passes Run.
package blobtest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/fault"
)

// Run checks a store against the specification. open returns an empty store
// for one test and is called from parallel tests.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	for says, test := range map[string]func(*testing.T, blob.Store){
		"a document reads back as it was put":                 readsBack,
		"a put replaces and a delete removes":                 replaces,
		"an absent document is Record.NotFound":               absent,
		"a list is in byte order, by prefix, in pages":        lists,
		"keys are relative slash paths":                       keys,
		"a document has at most 16 MiB":                       limit,
		"a reader sees a whole document under many writers":   concurrent,
		"what a caller does to its bytes changes no document": copies,
		"an ended context is an error":                        contexts,
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func put(t *testing.T, s blob.Store, key string, data []byte) {
	t.Helper()
	if err := s.Put(t.Context(), key, data); err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
}

func want(t *testing.T, s blob.Store, key string, data []byte) {
	t.Helper()
	got, err := s.Get(t.Context(), key)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("get %s: %d bytes, %v, want %d bytes", key, len(got), err, len(data))
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want code %s", err, code)
	}
}

func readsBack(t *testing.T, s blob.Store) {
	random := make([]byte, 300_000)
	for i, r := 0, rand.New(rand.NewPCG(1, 2)); i < len(random); i++ {
		random[i] = byte(r.Uint32())
	}
	for i, data := range [][]byte{{}, {0}, []byte("{\"order\":\"é😀\"}\r\n"), random, bytes.Repeat([]byte("x"), 1<<20), blob.Compress([]byte("gzip in gzip"))} {
		key := fmt.Sprintf("raw/2026/%d.json", i)
		put(t, s, key, data)
		want(t, s, key, data)
	}
}

func replaces(t *testing.T, s blob.Store) {
	put(t, s, "a/b", []byte("first, longer"))
	put(t, s, "a/b", []byte("second"))
	put(t, s, "a", []byte("a document beside a folder of its name"))
	want(t, s, "a/b", []byte("second"))
	for range 2 {
		if err := s.Delete(t.Context(), "a/b"); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	_, err := s.Get(t.Context(), "a/b")
	wantCode(t, err, fault.NotFound)
	want(t, s, "a", []byte("a document beside a folder of its name"))
}

func absent(t *testing.T, s blob.Store) {
	put(t, s, "a/b/c", []byte("x"))
	for _, key := range []string{"none", "a", "a/b", "a/b/c/d", "a/b/c.gz"} {
		_, err := s.Get(t.Context(), key)
		wantCode(t, err, fault.NotFound)
	}
}

func lists(t *testing.T, s blob.Store) {
	all := []string{"a", "a b", "a.json", "a/1", "a/2", "a/b/c", "a0", "b+c&d=e", "b/%41", "z/é", "z/日/😀"} // in byte order
	for i := range all {
		put(t, s, all[(i*5)%len(all)], []byte("x"))
	}
	list := func(prefix, after string, limit int) []string {
		t.Helper()
		got, err := s.List(t.Context(), prefix, after, limit)
		if err != nil {
			t.Fatalf("list %q after %q: %v", prefix, after, err)
		}
		return got
	}
	for _, c := range []struct {
		prefix, after string
		limit         int
		want          []string
	}{
		{"", "", 1000, all},
		{"a/", "", 10, []string{"a/1", "a/2", "a/b/c"}},
		{"a", "", 3, []string{"a", "a b", "a.json"}},
		{"a", "a.json", 2, []string{"a/1", "a/2"}},
		{"", "a/1zzz", 2, []string{"a/2", "a/b/c"}},
		{"a/b", "", 10, []string{"a/b/c"}},
		{"z/日", "", 10, []string{"z/日/😀"}},
		{"none", "", 10, nil},
		{"", "zz", 10, nil},
	} {
		if got := list(c.prefix, c.after, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("list %q after %q: %q, want %q", c.prefix, c.after, got, c.want)
		}
	}
	var paged []string
	for after := ""; ; after = paged[len(paged)-1] {
		page := list("", after, 4)
		paged = append(paged, page...)
		if len(page) < 4 {
			break
		}
	}
	if !slices.Equal(paged, all) {
		t.Errorf("pages give %q", paged)
	}
	for _, limit := range []int{0, -1, 1001} {
		_, err := s.List(t.Context(), "", "", limit)
		wantCode(t, err, fault.Invalid)
	}
}

func keys(t *testing.T, s blob.Store) {
	for _, key := range []string{"", "/", "/etc/passwd", "a/", "a//b", ".", "..", "../x", "a/../b", "a/./b", "a\\b", "a\x00b", "a\nb", "\xff",
		"a.gz/b", strings.Repeat("k", 241), strings.Repeat("k/", 500) + "k"} {
		wantCode(t, s.Put(t.Context(), key, []byte("x")), fault.Invalid)
		_, err := s.Get(t.Context(), key)
		wantCode(t, err, fault.Invalid)
		wantCode(t, s.Delete(t.Context(), key), fault.Invalid)
	}
	for _, key := range []string{"...", "a..b", ".hidden", "x.gz", "~", "-", "con:1", "#1001", "a?b=c", "%2e%2e", "*", "'\"<>|", strings.Repeat("é", 120),
		strings.Repeat("k/", 499) + "k"} {
		put(t, s, key, []byte(key))
		want(t, s, key, []byte(key))
		got, err := s.List(t.Context(), key, "", 1)
		if err != nil || !slices.Equal(got, []string{key}) {
			t.Errorf("list %q: %q, %v", key, got, err)
		}
	}
}

func limit(t *testing.T, s blob.Store) {
	largest := make([]byte, blob.MaxBytes)
	put(t, s, "largest", largest)
	want(t, s, "largest", largest)
	wantCode(t, s.Put(t.Context(), "larger", make([]byte, blob.MaxBytes+1)), fault.TooLarge)
	_, err := s.Get(t.Context(), "larger")
	wantCode(t, err, fault.NotFound)
}

func concurrent(t *testing.T, s blob.Store) {
	put(t, s, "k/shared", bytes.Repeat([]byte{0}, 50_000))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if err := s.Put(t.Context(), "k/shared", bytes.Repeat([]byte{byte(i)}, 50_000)); err != nil {
				t.Error(err)
			}
			got, err := s.Get(t.Context(), "k/shared")
			if err != nil || len(got) != 50_000 || bytes.Count(got, got[:1]) != 50_000 {
				t.Errorf("a mixture of %d bytes, %v", len(got), err)
			}
		})
	}
	all.Wait()
	if got, err := s.List(t.Context(), "", "", 10); err != nil || !slices.Equal(got, []string{"k/shared"}) {
		t.Errorf("left behind: %q, %v", got, err)
	}
}

func copies(t *testing.T, s blob.Store) {
	mine := []byte("mine")
	put(t, s, "k", mine)
	mine[0] = '!'
	got, err := s.Get(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	got[0] = '?'
	want(t, s, "k", []byte("mine"))
}

func contexts(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s.Put(ctx, "k", nil) == nil || s.Delete(ctx, "k") == nil {
		t.Error("a write went on")
	}
	_, err := s.Get(ctx, "k")
	if err == nil || fault.Is(err, fault.NotFound) {
		t.Errorf("get: %v", err)
	}
	if _, err := s.List(ctx, "", "", 1); err == nil {
		t.Error("list went on")
	}
}
