package sqlite

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/table"
)

// TestTailIsTheEndOfTheLog writes, changes nothing, deletes and forgets, and
// reads the log from every place, from memory and from the file.
func TestTailIsTheEndOfTheLog(t *testing.T) {
	t.Parallel()
	s, w := testStore(t, clock.System{})
	if err := w.conn.exec("PRAGMA synchronous = OFF"); err != nil { // many small commits
		t.Fatal(err)
	}
	fromMemory := 0
	rapid.Check(t, func(r *rapid.T) {
		s.tail.limit = rapid.IntRange(0, 3000).Draw(r, "limit")
		for range rapid.IntRange(1, 6).Draw(r, "steps") {
			request := put(rapid.SampledFrom([]string{"1", "2", "3"}).Draw(r, "sk"), rapid.IntRange(0, 9).Draw(r, "bytes"))
			request.ops[0].If = nil
			switch rapid.IntRange(0, 3).Draw(r, "kind") {
			case 0:
				request.ops[0] = table.Delete(request.ops[0].Key)
			case 1:
				request.ops, request.trim = nil, rapid.Int64Range(max(0, w.seq-20), w.seq).Draw(r, "trim")
			}
			if errs := serveAll(s, w, request); errs[0] != nil {
				r.Fatal(errs[0])
			}
		}
		limit := rapid.IntRange(1, 20).Draw(r, "limit of a page")
		for after := max(0, w.seq-25); after < w.seq; after++ {
			got, reaches := s.tail.since(after, limit)
			want, err := s.readLog(after, limit)
			if err != nil {
				r.Fatal(err)
			}
			if !reaches {
				continue
			}
			fromMemory++
			if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)); diff != "" {
				r.Fatalf("after %d (-file +memory)\n%s", after, diff)
			}
		}
	})
	if fromMemory == 0 {
		t.Error("nothing was ever read from memory")
	}
}
