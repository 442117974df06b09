package jsonpath

import (
	"regexp"
	"strings"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// maxNesting bounds parentheses and filters in filters.
const maxNesting = 50

// filter reads "?(…)".
func (s *scanner) filter() (step, *Error) {
	s.pos++
	if s.space(); s.peek() != '(' {
		return step{}, s.fail(s.pos, "behind ? a condition stands in parentheses, not %s", s.found())
	}
	outer := s.inFilter
	s.inFilter = true
	c, err := s.unary()
	s.inFilter = outer
	return step{kind: filter, filter: c}, err
}

func (s *scanner) either() (condition, *Error) {
	return s.several("||", s.both, func(list []condition) condition { return or(list) })
}

func (s *scanner) both() (condition, *Error) {
	return s.several("&&", s.unary, func(list []condition) condition { return and(list) })
}

// several reads conditions that a sign stands between.
func (s *scanner) several(sign string, one func() (condition, *Error), join func([]condition) condition) (condition, *Error) {
	var list []condition
	for {
		c, err := one()
		if err != nil {
			return nil, err
		}
		list = append(list, c)
		if s.space(); !s.take(sign) {
			break
		}
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return join(list), nil
}

// unary reads a condition in parentheses, one that is denied, or a comparison.
func (s *scanner) unary() (condition, *Error) {
	if s.depth++; s.depth > maxNesting {
		return nil, s.fail(s.pos, "the filter is nested deeper than %d levels", maxNesting)
	}
	defer func() { s.depth-- }()
	s.space()
	switch {
	case s.take("("):
		c, err := s.either()
		if s.space(); err == nil && !s.take(")") {
			err = s.fail(s.pos, ") is expected in the filter, not %s", s.found())
		}
		return c, err
	case s.take("!"):
		c, err := s.unary()
		return not{c}, err
	}
	return s.comparison()
}

func (s *scanner) comparison() (condition, *Error) {
	left, err := s.operand()
	if err != nil {
		return nil, err
	}
	s.space()
	for _, op := range operators {
		if !s.takeOperator(op.text) {
			continue
		}
		s.space()
		right, err := s.operand()
		return compare{left, right, op.test}, err
	}
	if left.path == nil {
		return nil, s.fail(s.pos, "an operator such as == is expected in the filter, not %s", s.found())
	}
	return exists{left}, nil
}

// takeOperator moves past an operator; a word is one only when it ends there.
func (s *scanner) takeOperator(text string) bool {
	rest, ok := strings.CutPrefix(s.src[s.pos:], text)
	if !ok || text[0] >= 'a' && (rest == "" || !strings.ContainsRune(" \t\n'\"[@$", rune(rest[0]))) {
		return false
	}
	s.pos += len(text)
	return true
}

func (s *scanner) operand() (operand, *Error) {
	switch s.peek() {
	case '@':
		p, err := s.steps(&Path{}, s.pos, 1)
		return operand{path: p}, err
	case '$':
		if rest := s.src[s.pos+1:]; rest != "" && rest[0] != '.' && rest[0] != '[' && !strings.ContainsRune(ends, rune(rest[0])) {
			return operand{}, s.fail(s.pos, "a filter looks at @, the item, and at $, the document, only")
		}
		p, err := s.steps(&Path{}, s.pos, 1)
		return operand{path: p, fromRoot: true}, err
	case '/':
		re, err := s.regex()
		return operand{literal: re}, err
	}
	v, err := s.literal()
	return operand{literal: v}, err
}

// literal reads a text in quotes, a number, true, false, null or a list.
func (s *scanner) literal() (any, *Error) {
	switch c := s.peek(); {
	case c == '\'' || c == '"':
		return s.quoted()
	case c == '[':
		return s.list()
	case c == '-' || c >= '0' && c <= '9':
		l, err := s.number()
		if err != nil {
			return nil, err
		}
		return l.value, nil
	case s.take("true"):
		return true, nil
	case s.take("false"):
		return false, nil
	case s.take("null"):
		return nil, nil
	}
	return jsonata.Undefined, s.fail(s.pos, "in a filter a path from @, a text in quotes, a number, true, false, null, a list or a regular expression is expected, not %s", s.found())
}

func (s *scanner) list() (any, *Error) {
	if s.depth++; s.depth > maxNesting {
		return nil, s.fail(s.pos, "the filter is nested deeper than %d levels", maxNesting)
	}
	defer func() { s.depth-- }()
	items := []any{}
	s.pos++
	for s.space(); !s.take("]"); s.space() {
		if len(items) > 0 && !s.take(",") {
			return nil, s.fail(s.pos, "a comma or ] is expected in the list, not %s", s.found())
		}
		s.space()
		v, err := s.literal()
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return items, nil
}

// regex reads /…/ with the flags i, m and s. It must match the whole text.
func (s *scanner) regex() (*regexp.Regexp, *Error) {
	start := s.pos
	var b strings.Builder
	for s.pos++; s.pos < len(s.src) && s.src[s.pos] != '/'; s.pos++ {
		if s.src[s.pos] == '\\' && s.pos+1 < len(s.src) {
			if s.src[s.pos+1] != '/' {
				b.WriteByte('\\')
			}
			s.pos++
		}
		b.WriteByte(s.src[s.pos])
	}
	if !s.take("/") {
		return nil, s.fail(start, "the regular expression is not closed")
	}
	flags := ""
	for strings.IndexByte("ims", s.peek()) >= 0 && s.pos < len(s.src) {
		flags += s.src[s.pos : s.pos+1]
		s.pos++
	}
	if flags != "" {
		flags = "(?" + flags + ")"
	}
	re, err := regexp.Compile(flags + "^(?:" + b.String() + ")$")
	if err != nil {
		return nil, s.fail(start, "the regular expression is not valid: %v", err)
	}
	return re, nil
}
