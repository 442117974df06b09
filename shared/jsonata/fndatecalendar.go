package jsonata

import (
	"math"
	"strings"
	"time"
)

// The names of months and weekdays are English: the reference knows no other.

// dateNames are the names that the values of a component have, from 1.
func dateNames(component byte) ([]string, bool) {
	switch component {
	case 'M', 'x':
		return []string{"January", "February", "March", "April", "May", "June", "July", "August", "September",
			"October", "November", "December"}, true
	case 'F':
		return []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}, true
	}
	return nil, false
}

// dateComponent is the value of a numeric component of t, which is in UTC.
func dateComponent(t time.Time, component byte) (float64, bool) {
	year, month, day := t.Date()
	v := 0
	switch component {
	case 'Y':
		v = year
	case 'M':
		v = int(month)
	case 'D':
		v = day
	case 'd':
		v = dayNumber(year, int(month), day) - dayNumber(year, 1, 1) + 1
	case 'F':
		v = isoWeekday(t.Weekday())
	case 'W':
		v = weekOf(yearStart, year, dayNumber(year, int(month), day))
	case 'w':
		v = weekOf(monthStart, year*12+int(month)-1, dayNumber(year, int(month), day))
	case 'X':
		v = periodOf(yearStart, year, t)
	case 'x':
		v = (periodOf(monthStart, year*12+int(month)-1, t)%12+12)%12 + 1
	case 'H':
		v = t.Hour()
	case 'h':
		v = (t.Hour()+11)%12 + 1
	case 'm':
		v = t.Minute()
	case 's':
		v = t.Second()
	case 'f':
		v = t.Nanosecond() / 1e6
	default:
		return 0, false
	}
	return float64(v), true
}

func isoWeekday(d time.Weekday) int { return (int(d)+6)%7 + 1 }

// dayNumber counts days from 1970. As in the reference, whose Date.UTC does so,
// the years 0 to 99 are taken for 1900 to 1999.
func dayNumber(year, month, day int) int {
	if year >= 0 && year <= 99 {
		year += 1900
	}
	return int(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}

// yearStart and monthStart are the first days of a year and of a month, which
// is counted from the year 0.
func yearStart(year int) int { return dayNumber(year, 1, 1) }

func monthStart(month int) int {
	year := int(math.Floor(float64(month) / 12))
	return dayNumber(year, month-12*year+1, 1)
}

// firstWeek is the Monday of the week that has the first Thursday of a period.
func firstWeek(start func(int) int, period int) int {
	first := start(period)
	weekday := ((first+3)%7+7)%7 + 1 // 1970 began on a Thursday
	if weekday > 4 {
		return first + 8 - weekday
	}
	return first - weekday + 1
}

// weekOf is the number of the week in its period: weeks at an edge belong to
// the period in which most of their days are.
func weekOf(start func(int) int, period, day int) int {
	first := firstWeek(start, period)
	switch next := firstWeek(start, period+1); {
	case day < first:
		first = firstWeek(start, period-1)
	case day >= next:
		return 1
	}
	return (day-first)/7 + 1
}

// periodOf is the year or month to which the week of t belongs.
func periodOf(start func(int) int, period int, t time.Time) int {
	day := int(math.Floor(float64(t.UnixMilli()) / 86_400_000))
	switch {
	case day < firstWeek(start, period):
		return period - 1
	case day >= firstWeek(start, period+1):
		return period + 1
	}
	return period
}

// utcMillis is JavaScript's Date.UTC: values beyond their range carry over. It
// is NaN out of the range of times.
func utcMillis(year, month, day, hour, minute, second, milli float64) float64 {
	sum := year + month + day + hour + minute + second + milli
	if math.IsNaN(sum) || math.IsInf(sum, 0) || math.Abs(year)+math.Abs(month) > 1e7 {
		return math.NaN()
	}
	if year >= 0 && year <= 99 {
		year += 1900
	}
	first := time.Date(int(year), time.Month(int(month)+1), 1, 0, 0, 0, 0, time.UTC).Unix() / 86_400
	ms := (float64(first)+day-1)*86_400_000 + hour*3_600_000 + minute*60_000 + second*1000 + milli
	if math.Abs(ms) > maxMillis {
		return math.NaN()
	}
	return ms
}

// isScriptSpace is what JavaScript's \s matches.
func isScriptSpace(c rune) bool {
	return c >= '\t' && c <= '\r' || strings.ContainsRune(" \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff", c) || c >= 0x2000 && c <= 0x200a
}
