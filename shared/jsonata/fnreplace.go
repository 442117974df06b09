package jsonata

import (
	"math"
	"strconv"
	"strings"
)

func fnReplace(r *run, s string, args []any) (any, error) {
	pattern, replacement := argAt(args, 1), argAt(args, 2)
	if pattern == "" {
		return nil, fail("D3010")
	}
	limit, err := limitArg(args, 3, "D3011")
	if err != nil || limit == 0 {
		return s, err
	}
	if old, ok := pattern.(string); ok && !strings.Contains(s, old) {
		return s, nil // whatever the replacement is
	}
	if IsUndefined(pattern) || IsUndefined(replacement) {
		i := 3
		if IsUndefined(pattern) {
			i = 2
		}
		return nil, failAt("T0410", -1, "", i)
	}
	if old, ok := pattern.(string); ok {
		with, ok := replacement.(string)
		if !ok {
			return nil, failValue("D3012", replacement)
		}
		return replaceText(r, s, old, with, limit)
	}
	return replaceMatches(r, s, pattern, replacement, limit)
}

func replaceText(r *run, s, old, with string, limit float64) (any, error) {
	n := -1
	if limit > 0 {
		n = int(math.Ceil(min(limit, float64(len(s)))))
	}
	count := strings.Count(s, old)
	if n >= 0 {
		count = min(count, n)
	}
	if err := r.text(len(s) + count*max(len(with)-len(old), 0)); err != nil {
		return nil, err
	}
	return strings.Replace(s, old, with, n), nil
}

func replaceMatches(r *run, s string, pattern, replacement any, limit float64) (any, error) {
	m, err := firstMatch(r, s, pattern)
	if m == nil || err != nil {
		return s, err
	}
	var b strings.Builder
	pos := 0
	for count := 0.0; m != nil && (limit < 0 || count < limit); count++ {
		before := b.Len()
		b.WriteString(s[min(pos, m.start):m.start])
		with, ok := replacement.(string)
		if ok {
			with = substitute(with, m)
		} else {
			v, err := apply(r, replacement, []any{m.object()}, nil)
			if err != nil {
				return nil, err
			}
			if with, ok = collapse(v).(string); !ok {
				return nil, failValue("D3012", collapse(v))
			}
		}
		b.WriteString(with)
		if err := r.lengthen(b.Len()-before, b.Len()); err != nil {
			return nil, err
		}
		pos = min(m.start+len(m.text), len(s))
		if m, err = m.next(); err != nil {
			return nil, err
		}
	}
	b.WriteString(s[pos:])
	return b.String(), r.lengthen(len(s)-pos, b.Len())
}

// substitute fills $0, $1 … and $$ into a replacement. A number takes as many
// digits as the number of groups has, one fewer if there is no such group.
func substitute(with string, m *match) string {
	if !strings.Contains(with, "$") {
		return with
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(with, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		with = after
		switch {
		case strings.HasPrefix(with, "$"):
			b.WriteByte('$')
			with = with[1:]
		case strings.HasPrefix(with, "0"):
			b.WriteString(m.text)
			with = with[1:]
		default:
			n, size := groupNumber(with, len(m.groups))
			if size == 0 {
				b.WriteByte('$')
				continue
			}
			if n >= 1 && n <= len(m.groups) {
				s, _ := m.groups[n-1].(string)
				b.WriteString(s)
			}
			with = with[size:]
		}
	}
}

func groupNumber(s string, groups int) (n, size int) {
	most := len(strconv.Itoa(max(groups, 1)))
	for size < most && size < len(s) && s[size] >= '0' && s[size] <= '9' {
		size++
	}
	n, _ = strconv.Atoi(s[:size])
	if most > 1 && n > groups {
		size = min(size, most-1)
		n, _ = strconv.Atoi(s[:size])
	}
	return n, size
}
