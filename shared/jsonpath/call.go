package jsonpath

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// call is a use of an intrinsic function.
type call struct {
	src  string
	fn   *intrinsic
	args []node
}

// literal is an argument that is written out. Raw is the text of a string with
// its escapes, which States.Format still needs.
type literal struct {
	value any
	raw   string
}

// Eval yields the literal.
func (l *literal) Eval(*Scope) (any, error) { return l.value, nil }

// Eval calls the function.
func (c *call) Eval(s *Scope) (any, error) {
	args := make([]any, len(c.args))
	for i, a := range c.args {
		v, err := a.Eval(s)
		if err != nil {
			return nil, c.argument(a, err)
		}
		args[i] = v
	}
	if c.fn.template {
		if l, ok := c.args[0].(*literal); ok && l.raw != "" {
			args[0] = l.raw
		}
	}
	v, err := c.fn.apply(s, args)
	if err != nil {
		return nil, c.fail(err.Error())
	}
	return v, nil
}

// argument says for which call the path of an argument led nowhere. That stays
// another failure than one of the function: AWS has different names for them.
func (c *call) argument(arg node, err error) error {
	e, ok := errors.AsType[*Error](err)
	if _, path := arg.(*Path); !ok || !path {
		return err
	}
	text, _ := jsonata.Encode(e.Input)
	out := *e
	out.Message = c.fail(fmt.Sprintf("The JsonPath argument for the field '%s' could not be found in the input '%s'", e.Path, text)).Message
	return &out
}

func (c *call) fail(why string) *Error {
	return &Error{Code: CodeFunction, Message: fmt.Sprintf("The function '%s' had the following error: %s", c.src, why), Path: c.src}
}

// call reads a function with its arguments.
func (s *scanner) call(e *Expr) (node, *Error) {
	start := s.pos
	open := strings.IndexByte(s.src[start:], '(')
	if open < 0 {
		return nil, s.fail(start, "behind the name of a function its arguments stand in parentheses")
	}
	name := s.src[start : start+open]
	fn, ok := intrinsics[name]
	if !ok {
		return nil, s.fail(start, "there is no intrinsic function %q; there are %s", name, intrinsicNames())
	}
	if s.calls++; s.calls > maxCalls {
		return nil, s.fail(start, "a field can have at most %d intrinsic functions", maxCalls)
	}
	s.pos = start + open + 1
	c := &call{fn: fn}
	for s.space(); !s.take(")"); s.space() {
		if len(c.args) > 0 && !s.take(",") {
			return nil, s.fail(s.pos, "a comma or ) is expected, not %s", s.found())
		}
		s.space()
		arg, err := s.argument(e)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, arg)
	}
	if n := len(c.args); n < fn.least || n > fn.most {
		return nil, s.fail(start, "%s takes %s, not %d", name, fn.arity(), n)
	}
	c.src = s.src[start:s.pos]
	return c, nil
}

// argument reads a path, function, string, number, true, false or null.
func (s *scanner) argument(e *Expr) (node, *Error) {
	switch c := s.peek(); {
	case c == '$':
		return s.argumentPath(e)
	case c == '\'':
		return s.text()
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case strings.HasPrefix(s.src[s.pos:], "States."):
		return s.call(e)
	case s.take("true"):
		return &literal{value: true}, nil
	case s.take("false"):
		return &literal{value: false}, nil
	case s.take("null"):
		return &literal{}, nil
	}
	return nil, s.fail(s.pos, "an argument is a path, a string in single quotes, a number, true, false, null or a function, not %s", s.found())
}

func (s *scanner) argumentPath(e *Expr) (node, *Error) {
	p, err := s.path()
	if err != nil {
		return nil, err
	}
	e.paths = append(e.paths, p)
	return p, nil
}

// text reads a string in single quotes. A backslash stands before ', {, } and
// itself only.
func (s *scanner) text() (node, *Error) {
	start := s.pos
	var b strings.Builder
	for s.pos++; s.pos < len(s.src); s.pos++ {
		switch c := s.src[s.pos]; c {
		case '\'':
			s.pos++
			return &literal{value: b.String(), raw: s.src[start+1 : s.pos-1]}, nil
		case '\\':
			s.pos++
			if !strings.ContainsRune(`'{}\`, rune(s.peek())) || s.peek() >= utf8.RuneSelf {
				return nil, s.fail(s.pos-1, `a backslash in a string stands before ', {, } or another backslash`)
			}
			b.WriteByte(s.src[s.pos])
		default:
			b.WriteByte(c)
		}
	}
	return nil, s.fail(start, "the quote is not closed")
}

func (s *scanner) number() (*literal, *Error) {
	start := s.pos
	for s.pos < len(s.src) && strings.IndexByte("+-.0123456789eE", s.src[s.pos]) >= 0 {
		s.pos++
	}
	v, err := jsonata.Decode([]byte(s.src[start:s.pos]))
	if err != nil {
		return nil, s.fail(start, "%s is not a number", strconv.Quote(s.src[start:s.pos]))
	}
	return &literal{value: v}, nil
}
