package jsonata

import (
	"math"
	"strconv"
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

// plainArgs is how many arguments the time functions take without a picture.
var plainArgs = map[string]int{"now": 0, "fromMillis": 1, "toMillis": 1}

// checkFunctions refuses calls with a date/time picture.
func (c *compiler) checkFunctions(n *node, call *call) error {
	b, ok := call.proc.(*builtinNode)
	if !ok {
		return nil
	}
	if most, limited := plainArgs[b.name]; limited && len(call.args) > most {
		return failAt(CodeUnsupported, n.pos, "$"+b.name+" with a picture", nil)
	}
	return nil
}

func pictured(args []any, from int) bool {
	return !IsUndefined(argAt(args, from)) || !IsUndefined(argAt(args, from+1))
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
	if pictured(args, 0) {
		return nil, failToken(CodeUnsupported, "$now with a picture")
	}
	t, err := r.clock("now")
	return t.UTC().Format(isoTime), err
}

// maxMillis is the range of JavaScript's dates on either side of 1970.
const maxMillis = 8.64e15

func fnFromMillis(_ *run, _ any, args []any) (any, error) {
	ms, ok := argAt(args, 0).(float64)
	if !ok {
		return undef, nil
	}
	if pictured(args, 1) {
		return nil, failToken(CodeUnsupported, "$fromMillis with a picture")
	}
	t := time.UnixMilli(int64(ms)).UTC()
	if !(math.Abs(ms) <= maxMillis) || t.Year() < 0 || t.Year() > 9999 {
		return nil, failValue("D1001", ms)
	}
	return t.Format(isoTime), nil
}

func fnToMillis(_ *run, _ any, args []any) (any, error) {
	s, ok := argAt(args, 0).(string)
	if !ok {
		return undef, nil
	}
	if pictured(args, 1) {
		return nil, failToken(CodeUnsupported, "$toMillis with a picture")
	}
	t, ok := parseISO(s)
	if !ok {
		return nil, failValue("D3110", s)
	}
	return float64(t.UnixMilli()), nil
}

// parseISO reads YYYY, YYYY-MM, YYYY-MM-DD and YYYY-MM-DDThh:mm:ss[.f…] with Z,
// an offset or nothing, which means UTC.
func parseISO(s string) (time.Time, bool) {
	p := isoParser{s: s, ok: true}
	year, month, day := p.digits(4, 0, 9999), 1, 1
	hour, minute, second, nanos, offset := 0, 0, 0, 0, 0
	if p.skip('-') {
		month = p.digits(2, 1, 12)
		if p.skip('-') {
			day = p.digits(2, 1, 31)
			if p.skip('T') {
				hour = p.digits(2, 0, 24)
				p.ok = p.ok && p.skip(':')
				minute = p.digits(2, 0, 59)
				p.ok = p.ok && p.skip(':')
				second = p.digits(2, 0, 59)
				nanos = p.fraction()
				offset = p.zone()
			}
		}
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
