package jsonata

import (
	"strconv"
	"strings"
)

// spans lists where a part that starts at an offset can end, what is to be
// tried first at the front: the longest, except among words.
func (p *datePart) spans(s string, at int) []int {
	switch {
	case p.component == 0:
		if end := at + len(p.text); end <= len(s) && strings.EqualFold(s[at:end], p.text) {
			return []int{end}
		}
		return nil
	case p.component == 'Z' || p.component == 'z':
		return p.zoneSpans(s, at)
	case p.integer == nil:
		return runSpans(s, at, 1, len(s), isLetter)
	}
	switch p.integer.numbering {
	case inLetters:
		return runSpans(s, at, 1, len(s), isLetter)
	case inRoman:
		return runSpans(s, at, 1, len(s), func(c byte) bool { return strings.IndexByte("MDCLXVImdclxvi", c) >= 0 })
	case inWords:
		return wordSpans(s, at)
	}
	return p.digitSpans(s, at)
}

func isLetter(c byte) bool  { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isNumeral(c byte) bool { return c >= '0' && c <= '9' }

// runSpans are the ends of runs of least to most bytes of a class.
func runSpans(s string, at, least, most int, class func(byte) bool) []int {
	n := 0
	for at+n < len(s) && n < most && class(s[at+n]) {
		n++
	}
	var out []int
	for ; n >= least; n-- {
		out = append(out, at+n)
	}
	return out
}

// digitSpans match as many digits as the picture has, if it limits them.
func (p *datePart) digitSpans(s string, at int) []int {
	least, most := 1, len(s)
	if p.digits > 0 {
		least, most = max(p.digits-p.integer.optional, 0), p.digits
	}
	ends := runSpans(s, at, least, most, isNumeral)
	if !p.integer.ordinal {
		return ends
	}
	var out []int
	for _, end := range ends {
		if len(s) < end+2 {
			continue
		}
		switch strings.ToLower(s[end : end+2]) {
		case "th", "st", "nd", "rd":
			out = append(out, end+2)
		}
	}
	return out
}

// zoneSpans match ±hhmm, or ±hh:mm if the picture has a separator.
func (p *datePart) zoneSpans(s string, at int) []int {
	if p.component == 'z' {
		if len(s) < at+3 || !strings.EqualFold(s[at:at+3], "GMT") {
			return nil
		}
		at += 3
	}
	if at >= len(s) || s[at] != '+' && s[at] != '-' {
		return nil
	}
	ends := runSpans(s, at+1, 1, len(s), isNumeral)
	sign := p.integer.separator()
	if sign == "" {
		return ends
	}
	for _, end := range ends {
		if strings.HasPrefix(s[end:], sign) {
			return runSpans(s, end+len(sign), 1, len(s), isNumeral)
		}
	}
	return nil
}

// separator is the regular grouping separator, if there is one.
func (p *integerPicture) separator() string {
	if p.every == 0 {
		return ""
	}
	return p.groups[0].sign
}

// zoneMinutes reads what zoneSpans matched.
func (p *datePart) zoneMinutes(s string) float64 {
	if p.component == 'z' {
		s = s[len("GMT"):]
	}
	hours, minutes := s, ""
	if sign := p.integer.separator(); sign != "" {
		hours, minutes, _ = strings.Cut(s, sign)
	} else if len(s) > len("+hh") {
		hours, minutes = s[:len("+hh")], s[len("+hh"):]
	}
	h, _ := strconv.ParseFloat(hours, 64)
	m, _ := strconv.ParseFloat(minutes, 64)
	return h*60 + m
}

// wordSpans are the ends of sequences of number words, "and", hyphens, commas
// and spaces. Of two words the shorter is tried first, so that nineteen may be
// nine; of sequences that begin alike the longer.
func wordSpans(s string, at int) []int {
	type state struct {
		at   int
		ends []int // not yet tried
	}
	var out []int
	seen := map[int]bool{}
	for stack := []state{{at, wordEnds(s, at)}}; len(stack) > 0; {
		top := &stack[len(stack)-1]
		if len(top.ends) == 0 {
			if top.at != at {
				out = append(out, top.at)
			}
			stack = stack[:len(stack)-1]
			continue
		}
		end := top.ends[0]
		if top.ends = top.ends[1:]; !seen[end] {
			seen[end] = true
			stack = append(stack, state{end, wordEnds(s, end)})
		}
	}
	return out
}

// longestWord is the length of "seventeenth", the longest of the number words.
const longestWord = len("seventeenth")

// wordEnds are the ends of the words that start at an offset.
func wordEnds(s string, at int) []int {
	var out []int
	if at < len(s) && strings.IndexByte("-, ", s[at]) >= 0 {
		return []int{at + 1}
	}
	text := strings.ToLower(s[at:min(at+longestWord, len(s))])
	for n := 1; n <= len(text); n++ {
		if _, ok := wordValues[text[:n]]; ok || text[:n] == "and" {
			out = append(out, at+n)
		}
	}
	return out
}
