package jsonata

import (
	"strconv"
	"time"
)

// parseISO reads YYYY, YYYY-MM or YYYY-MM-DD, alone, with Z or with
// Thh:mm:ss[.f…] and Z, an offset or nothing, which means UTC.
func parseISO(s string) (time.Time, bool) {
	p := isoParser{s: s, ok: true}
	year, month, day := p.digits(4, 0, 9999), 1, 1
	hour, minute, second, nanos, offset := 0, 0, 0, 0, 0
	if p.skip('-') {
		month = p.digits(2, 1, 12)
		if p.skip('-') {
			day = p.digits(2, 1, 31)
		}
	}
	if p.skip('T') {
		hour = p.digits(2, 0, 24)
		p.ok = p.ok && p.skip(':')
		minute = p.digits(2, 0, 59)
		p.ok = p.ok && p.skip(':')
		second = p.digits(2, 0, 59)
		nanos = p.fraction()
		offset = p.zone()
	} else {
		p.skip('Z')
	}
	if hour == 24 && (minute|second|nanos) != 0 {
		p.ok = false
	}
	t := time.Date(year, time.Month(month), day, hour, minute-offset, second, nanos, time.UTC)
	return t, p.ok && p.i == len(s)
}

type isoParser struct {
	s  string
	i  int
	ok bool
}

func (p *isoParser) skip(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *isoParser) digits(n, least, most int) int {
	if p.i+n > len(p.s) {
		p.ok = false
		return least
	}
	v, err := strconv.ParseUint(p.s[p.i:p.i+n], 10, 32)
	p.i += n
	if err != nil || int(v) < least || int(v) > most {
		p.ok = false
		return least
	}
	return int(v)
}

// fraction reads .f… in nanoseconds.
func (p *isoParser) fraction() int {
	if !p.skip('.') {
		return 0
	}
	v, scale, from := 0, 100_000_000, p.i
	for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
		v += int(p.s[p.i]-'0') * scale
		scale /= 10
		p.i++
	}
	p.ok = p.ok && p.i > from
	return v
}

// zone reads an offset in minutes.
func (p *isoParser) zone() int {
	sign := 1
	switch {
	case p.skip('Z'):
		return 0
	case p.skip('-'):
		sign = -1
	case !p.skip('+'):
		return 0
	}
	hours := p.digits(2, 0, 23)
	p.skip(':')
	return sign * (hours*60 + p.digits(2, 0, 59))
}
