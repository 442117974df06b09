package jsonpath

// Code says what kind of failure an Error is.
type Code string

// The codes.
const (
	CodeSyntax   Code = "syntax"    // the text is no expression
	CodeNotFound Code = "not found" // a definite path leads nowhere
	CodeFunction Code = "function"  // an intrinsic function cannot do its work
	CodePlace    Code = "place"     // a result cannot be put where the path says
)

// Error is every failure of this package.
type Error struct {
	Code     Code
	Message  string
	Position int    // CodeSyntax: byte offset in the expression
	Path     string // the path, or the call of the function
	Input    any    // CodeNotFound, CodePlace: what the path was applied to
	Step     string // CodeNotFound, CodePlace: key or index of the first step that fails, "" when it is another kind of step
}

func (e *Error) Error() string { return e.Message }

func notFound(p *Path, doc any) *Error {
	return &Error{Code: CodeNotFound, Message: "nothing is at " + p.src, Path: p.src, Input: doc, Step: p.stuck(doc)}
}

// stuck is the first step of a definite path that leads nowhere.
func (p *Path) stuck(doc any) string {
	for i := range p.steps {
		var ok bool
		if doc, ok = p.steps[i].next(doc); !ok {
			return p.steps[i].String()
		}
	}
	return ""
}
