package flow

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var isoDuration = regexp.MustCompile(`^P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$`)

// MaxDuration is the longest duration: an execution lives at most a year.
const MaxDuration = 365 * 24 * time.Hour

// ParseOffset reads a duration that may be negative, such as -P2D.
func ParseOffset(s string) (time.Duration, bool) {
	d, ok := ParseDuration(strings.TrimPrefix(s, "-"))
	if strings.HasPrefix(s, "-") {
		d = -d
	}
	return d, ok
}

// ParseDuration reads an ISO 8601 duration of days, hours, minutes and seconds,
// such as P30D or PT1H30M, of at least one second and at most MaxDuration.
func ParseDuration(s string) (time.Duration, bool) {
	m := isoDuration.FindStringSubmatch(s)
	if m == nil || strings.HasSuffix(s, "T") {
		return 0, false
	}
	var seconds float64
	for i, unit := range []float64{86400, 3600, 60, 1} {
		if n, err := strconv.ParseFloat(m[i+1], 64); err == nil {
			seconds += n * unit
		}
	}
	d := time.Duration(math.Min(seconds, 1e9)) * time.Second
	return d, d >= time.Second && d <= MaxDuration
}
