package policy

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// NowPath is the time at which a condition is evaluated.
const NowPath = "now"

// A moment is a path such as "now+P2D" or "now-PT4H": a time apart from now.
// Policies write just the duration, "P2D" or "-PT4H".

var duration = regexp.MustCompile(`^P(?:(\d{1,3})W|(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?)$`)

// maxApart is the longest duration.
const maxApart = 10 * 366 * 24 * time.Hour

// parseDuration reads an ISO 8601 duration of weeks, or of days, hours, minutes
// and seconds. Years and months are no durations: they differ in length.
func parseDuration(s string) (time.Duration, bool) {
	m := duration.FindStringSubmatch(s)
	if m == nil || strings.HasSuffix(s, "T") {
		return 0, false
	}
	var seconds float64
	for i, unit := range []float64{7 * 86400, 86400, 3600, 60, 1} {
		if n, err := strconv.ParseFloat(m[i+1], 64); err == nil {
			seconds += n * unit
		}
	}
	d := time.Duration(math.Min(seconds, 1e9)) * time.Second
	return d, d >= time.Second && d <= maxApart
}

// momentPath is the path of the time that a signed duration is apart from now.
func momentPath(s string) (path string, ok bool) {
	length, past := strings.CutPrefix(s, "-")
	if _, ok = parseDuration(length); !ok {
		return "", false
	}
	if past {
		return NowPath + s, true
	}
	return NowPath + "+" + s, true
}

// isMoment reports whether a path is now or a moment.
func isMoment(path string) bool {
	return path == NowPath || strings.HasPrefix(path, NowPath+"+") || strings.HasPrefix(path, NowPath+"-")
}

// momentAt is the time that a moment is at.
func momentAt(path string, now time.Time) (time.Time, bool) {
	apart := strings.TrimPrefix(path, NowPath)
	if apart == "" {
		return now, true
	}
	d, ok := parseDuration(apart[1:])
	if apart[0] == '-' {
		d = -d
	}
	return now.Add(d), ok
}
