package jsonata

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokName
	tokVariable
	tokString
	tokNumber
	tokValue // true, false, null
	tokRegex
	tokOperator
)

// token is one lexical element. For an operator text is the operator itself.
type token struct {
	kind  tokenKind
	pos   place
	text  string
	value any
}

func (t token) is(op string) bool { return t.kind == tokOperator && t.text == op }

// place says where in the source a token is, in bytes.
type place struct{ start, end int }

// nowhere is the place of what has none.
var nowhere = place{-1, -1}

// fail makes an error of the token at p. As in the reference, its position is
// the one behind the token.
func (p place) fail(code, token string, v any) *Error {
	e := failAt(code, p.end, token, v)
	e.Start = p.start
	return e
}

// show names the token in a message.
func (t token) show() string {
	if t.kind == tokEnd {
		return "(end)"
	}
	return t.text
}

// bindingPower of infix operators; 0 ends an expression.
func bindingPower(op string) int {
	switch op {
	case "[", "(", "@", "#":
		return 80
	case ".":
		return 75
	case "{":
		return 70
	case "*", "/", "%":
		return 60
	case "+", "-", "&":
		return 50
	case "=", "!=", "<", "<=", ">", ">=", "^", "~>", "in":
		return 40
	case "and":
		return 30
	case "or":
		return 25
	case "?":
		return 20
	case ":=":
		return 10
	}
	return 0
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v'
}

// isOperatorByte reports whether c ends a name.
func isOperatorByte(c byte) bool {
	switch c {
	case '.', '[', ']', '{', '}', '(', ')', ',', '@', '#', ';', ':', '?', '+', '-', '*', '/',
		'%', '|', '=', '<', '>', '^', '&', '!', '~':
		return true
	}
	return false
}
