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
	pos   int // byte offset of its first byte
	text  string
	value any
}

func (t token) is(op string) bool { return t.kind == tokOperator && t.text == op }

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
