package jsonpath

import "strings"

// glob is a pattern of StringMatches, cut at its stars.
type glob []string

// pattern reads a pattern: * stands for any characters, \* for a star and \\
// for a backslash.
func pattern(v any) (any, bool) {
	s, ok := v.(string)
	if !ok {
		return nil, false
	}
	g := glob{}
	var part []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '*':
			g, part = append(g, string(part)), nil
			continue
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '*' || s[i+1] == '\\'):
			i++
		}
		part = append(part, s[i])
	}
	return append(g, string(part)), true
}

// matches compares in time linear in the text for each part: the first fit of a
// part leaves the most room for those behind it.
func matches(value, operand any) bool {
	s, ok := value.(string)
	if !ok {
		return false
	}
	return operand.(glob).match(s)
}

func (g glob) match(s string) bool {
	last := len(g) - 1
	if last == 0 {
		return s == g[0]
	}
	s, ok := strings.CutPrefix(s, g[0])
	if !ok {
		return false
	}
	for _, part := range g[1:last] {
		_, behind, ok := strings.Cut(s, part)
		if !ok {
			return false
		}
		s = behind
	}
	return strings.HasSuffix(s, g[last])
}
