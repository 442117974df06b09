package clock

import (
	"math"
	"testing"
	"time"
)

func TestDurationsDoNotWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		d    time.Duration
		by   float64
		want time.Duration
	}{
		{time.Second, 3600, time.Hour}, {time.Hour, 0.5, 30 * time.Minute}, {-time.Second, 2, -2 * time.Second}, {0, 1e6, 0},
		{3 * time.Hour, 1e6, math.MaxInt64}, {90 * 24 * time.Hour, 1e9, math.MaxInt64}, {math.MaxInt64, 1, math.MaxInt64},
	} {
		if got := times(c.d, c.by); got != c.want {
			t.Errorf("%v times %v is %v, want %v", c.d, c.by, got, c.want)
		}
	}
}
