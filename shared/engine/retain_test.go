package engine

import (
	"fmt"
	"testing"
	"time"
)

// What ended longer ago than RetainFor is forgotten, and its room in the log is
// free, although the log is small; what ended since then stays.
func TestRetainFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir, o.SegmentBytes, o.RetainFor = dir, 2000, 24*time.Hour })
	m := r.create(string(says("done")))
	old := r.start(m, "old", `{}`)
	for i := range 20 {
		r.start(m, fmt.Sprint("old-", i), `{}`)
	}
	r.clock.Advance(12 * time.Hour)
	young := r.start(m, "young", `{}`)
	for i := range 20 {
		r.start(m, fmt.Sprint("young-", i), `{}`)
	}
	if r.byARN(old) == nil {
		t.Error("forgotten too early")
	}
	r.clock.Advance(13 * time.Hour)
	for i := range 20 { // a new segment is the time to look
		r.start(m, fmt.Sprint("new-", i), `{}`)
	}
	r.eventually("the old one is forgotten", func() bool { return r.byARN(old) == nil })
	if got := outcome(r.finish(young)); got != `"done"` {
		t.Error(got)
	}
}
