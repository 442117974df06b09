package jsonata

import (
	"math"
	"strings"
	"time"
)

// isoPicture is what the time functions write without a picture if there is a
// time zone.
const isoPicture = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"

// zoneOffset is a distance from UTC as the reference reads it from ±hhmm: hours
// are rounded down, so that -0330 counts as -4 hours and -30 minutes.
type zoneOffset struct{ hours, minutes int }

func parseZone(s string) (zoneOffset, bool) {
	f := leadingInteger(s)
	if !(math.Abs(f) <= 99_99_99) {
		return zoneOffset{}, false
	}
	return zoneOffset{int(math.Floor(f / 100)), int(math.Mod(f, 100))}, true
}

// number is the offset in the digits hhmm.
func (z zoneOffset) number() int { return z.hours*100 + z.minutes }

func (z zoneOffset) millis() float64 { return float64(60*z.hours+z.minutes) * 60_000 }

// formatTime writes the time as the picture says.
func (d datePicture) formatTime(r *run, ms float64, zone zoneOffset) (string, error) {
	ms = math.Trunc(ms + zone.millis())
	if !(math.Abs(ms) <= maxMillis) {
		return "", failValue("D1001", ms)
	}
	t := time.UnixMilli(int64(ms)).UTC()
	var b strings.Builder
	for i := range d {
		p := &d[i]
		if p.component == 0 {
			b.WriteString(p.text)
			continue
		}
		s, err := p.format(r, t, zone)
		if err != nil {
			return "", err
		}
		b.WriteString(s)
		if err := r.text(b.Len()); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func (p *datePart) format(r *run, t time.Time, zone zoneOffset) (string, error) {
	switch p.component {
	case 'C', 'E':
		return "ISO", nil
	case 'P':
		name := "am"
		if t.Hour() >= 12 {
			name = "pm"
		}
		if p.names && p.letters == upperCase {
			name = strings.ToUpper(name)
		}
		return name, nil
	case 'Z', 'z':
		return p.formatZone(r, zone)
	}
	v, ok := dateComponent(t, p.component)
	if !ok {
		return "", failValue("D3132", string(p.component))
	}
	if p.names {
		return p.formatName(v)
	}
	if p.component == 'Y' && p.digits >= 0 {
		v = math.Mod(v, math.Pow(10, float64(p.digits)))
	}
	return p.integer.format(r, v)
}

func (p *datePart) formatName(v float64) (string, error) {
	names, ok := dateNames(p.component)
	if !ok {
		return "", failValue("D3133", string(p.component))
	}
	s := names[int(v)-1]
	switch p.letters {
	case upperCase:
		s = strings.ToUpper(s)
	case lowerCase:
		s = strings.ToLower(s)
	}
	return p.shortened(s), nil
}

// shortened cuts a name to the width of the picture.
func (p *datePart) shortened(name string) string {
	if p.width > 0 && len(name) > p.width {
		return name[:p.width]
	}
	return name
}

// formatZone writes the offset: with a separator as hh:mm, with one or two
// digits as hours and minutes if there are any, with three or four as hhmm.
func (p *datePart) formatZone(r *run, zone zoneOffset) (string, error) {
	n := zone.number()
	out, minutes := n, ""
	if p.integer.every == 0 {
		switch p.integer.mandatory {
		case 1, 2:
			out = zone.hours
			if zone.minutes != 0 {
				s, err := (&integerPicture{zero: '0', mandatory: 2}).format(r, float64(zone.minutes))
				if err != nil {
					return "", err
				}
				minutes = ":" + s
			}
		case 3, 4:
		default:
			return "", failValue("D3134", float64(p.integer.mandatory))
		}
	}
	s, err := p.integer.format(r, float64(out))
	if err != nil {
		return "", err
	}
	if s += minutes; n >= 0 {
		s = "+" + s
	}
	switch {
	case n == 0 && p.utcAsZ:
		return "Z", nil
	case p.component == 'z':
		s = "GMT" + s
	}
	return s, nil
}
