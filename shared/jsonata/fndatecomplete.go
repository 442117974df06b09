package jsonata

import (
	"math"
	"strings"
	"time"
)

// only reports whether the components of all that have a value other than zero
// are among those of kind, and at least one is.
func (f *parsedDate) only(all, kind string) bool {
	hits := 0
	for i := range len(all) {
		v, ok := f.values[all[i]]
		if !ok || v == 0 || math.IsNaN(v) {
			continue
		}
		if strings.IndexByte(kind, all[i]) < 0 {
			return false
		}
		hits++
	}
	return hits > 0
}

// millis completes the components and makes a time of them. A date is given by
// year, month and day or by year and day of the year; by week it is not
// supported, as in the reference.
func (f *parsedDate) millis(r *run) (float64, error) {
	const date, clock = "YXMxWwdD", "PHhmsf"
	calendar := f.only(date, "YMD")
	ordinal := !calendar && f.only(date, "Yd")
	if f.only(date, "Xxw") || f.only(date, "XW") {
		return 0, fail("D3136")
	}
	halfDays := !f.only(clock, "Hmsf") && f.only(clock, "Phmsf")
	order := "YMD"
	if ordinal {
		order = "YD"
	}
	if halfDays {
		order += "Phmsf"
	} else {
		order += "Hmsf"
	}
	if err := f.complete(r, order); err != nil {
		return 0, err
	}
	v := f.values
	month, day, hour := v['M']-1, v['D'], v['H']
	if !(v['M'] > 0) {
		month = 0
	}
	if ordinal { // of a day beyond the year the reference takes month and day only
		t, err := dayOfYear(v['Y'], v['d'])
		if err != nil {
			return 0, err
		}
		month, day = float64(t.Month()-1), float64(t.Day())
	}
	if halfDays {
		if hour = v['h']; hour == 12 {
			hour = 0
		}
		if v['P'] == 1 {
			hour += 12
		}
	}
	ms := utcMillis(v['Y'], month, day, hour, v['m'], v['s'], v['f'])
	zone := v['Z']
	if zone == 0 || math.IsNaN(zone) {
		zone = v['z']
	}
	return ms - zone*60_000, nil
}

func dayOfYear(year, day float64) (time.Time, error) {
	ms := utcMillis(year, 0, day, 0, 0, 0, 0)
	if math.IsNaN(ms) {
		return time.Time{}, failValue("D1001", day)
	}
	return time.UnixMilli(int64(ms)).UTC(), nil
}

// complete gives components in order of size their values where the timestamp
// has none: larger ones are those of now, smaller ones the least; a gap between
// is an error.
func (f *parsedDate) complete(r *run, order string) error {
	started, ended := false, false
	for i := range len(order) {
		c := order[i]
		_, ok := f.values[c]
		switch {
		case ok && ended:
			return fail("D3136")
		case ok:
			started = true
		case started:
			ended = true
			f.values[c] = 0
			if c == 'M' || c == 'D' {
				f.values[c] = 1
			}
		case c == 'P': // the reference takes a missing half of the day for the first
			f.values[c] = 0
		default:
			now, err := r.clock("toMillis")
			if err != nil {
				return err
			}
			f.values[c], _ = dateComponent(now.UTC(), c)
		}
	}
	return nil
}
