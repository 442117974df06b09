package jsonata

import (
	"math"
	"time"
)

var timeFunctions = []definition{
	{"now", "<s?s?:s>", 2, fnNow},
	{"millis", "<:n>", 0, func(r *run, _ any, _ []any) (any, error) {
		t, err := r.clock("millis")
		return float64(t.UnixMilli()), err
	}},
	{"fromMillis", "<n-s?s?:s>", 3, fnFromMillis},
	{"toMillis", "<s-s?:n>", 2, fnToMillis},
}

// clock asks for the time once in an evaluation.
func (r *run) clock(name string) (time.Time, error) {
	if r.env.Now == nil {
		return time.Time{}, failToken("T1006", name)
	}
	if r.now.IsZero() {
		r.now = r.env.Now()
	}
	return r.now, nil
}

// isoTime is what $now and $fromMillis write, always in UTC.
const isoTime = "2006-01-02T15:04:05.000Z"

func fnNow(r *run, _ any, args []any) (any, error) {
	t, err := r.clock("now")
	if err != nil {
		return nil, err
	}
	return formatMillis(r, float64(t.UnixMilli()), argAt(args, 0), argAt(args, 1))
}

// maxMillis is the range of JavaScript's dates on either side of 1970.
const maxMillis = 8.64e15

func fnFromMillis(r *run, _ any, args []any) (any, error) {
	ms, ok := argAt(args, 0).(float64)
	if !ok {
		return undef, nil
	}
	return formatMillis(r, ms, argAt(args, 1), argAt(args, 2))
}

// formatMillis writes a time with a picture and for a time zone, both optional.
func formatMillis(r *run, ms float64, picture, zone any) (any, error) {
	text, pictured := picture.(string)
	name, zoned := zone.(string)
	if !pictured && !zoned {
		return formatISO(ms)
	}
	if !pictured {
		text = isoPicture
	}
	if err := r.picture(len(text)); err != nil {
		return nil, err
	}
	d, err := parseDatePicture(text)
	if err != nil {
		return nil, err
	}
	offset := zoneOffset{}
	if zoned {
		if offset, zoned = parseZone(name); !zoned {
			return nil, failAt("T0410", -1, "", 3)
		}
	}
	return d.formatTime(r, ms, offset)
}

func formatISO(ms float64) (any, error) {
	t := time.UnixMilli(int64(ms)).UTC()
	if !(math.Abs(ms) <= maxMillis) || t.Year() < 0 || t.Year() > 9999 {
		return nil, failValue("D1001", ms)
	}
	return t.Format(isoTime), nil
}

func fnToMillis(r *run, _ any, args []any) (any, error) {
	s, ok := argAt(args, 0).(string)
	if !ok {
		return undef, nil
	}
	if picture, ok := argAt(args, 1).(string); ok {
		if err := r.picture(len(picture)); err != nil {
			return nil, err
		}
		d, err := parseDatePicture(picture)
		if err != nil {
			return nil, err
		}
		ms, ok, err := d.parseTime(r, s)
		if !ok || err != nil {
			return undef, err
		}
		return ms, nil
	}
	t, ok := parseISO(s)
	if !ok {
		return nil, failValue("D3110", s)
	}
	return float64(t.UnixMilli()), nil
}
