package asl

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsonpath"
)

// Expr is one compiled expression of either language.
type Expr struct {
	*jsonata.Expr                // JSONata, else nil
	Path          *jsonpath.Expr // JSONPath, else nil

	Field        string // where it stands in its state, e.g. "Arguments/Payload/order"
	NeedsContext bool   // JSONata: it may read $states.context
	NeedsStates  bool   // JSONata: it reads $states

	state   string
	pointer string
	pos     int
	vars    []string
}

func isExpression(s string) bool {
	return len(s) >= 4 && strings.HasPrefix(s, "{%") && strings.HasSuffix(s, "%}")
}

var plainStates = regexp.MustCompile(`\$states\s*\.\s*(input|result|errorOutput)\b`)

func (p *parser) expression(at place, n *node) *Expr {
	src := n.Text[2 : len(n.Text)-2]
	e := &Expr{Field: at.field, state: at.state, pointer: at.pointer, pos: n.Pos}
	compiled, err := p.compile(strings.TrimSpace(src))
	if err != nil {
		pos := n.Pos
		if j, ok := errors.AsType[*jsonata.Error](err); ok && j.Start >= 0 {
			lead := len(src) - len(strings.TrimLeft(src, " \t\r\n"))
			pos = n.Within(p.data, 2+lead+j.Start)
		}
		p.add(InvalidExpression, at, pos, "the expression is not valid: %v", err)
		return e
	}
	e.Expr, e.vars = compiled, compiled.Vars()
	uses := strings.Count(src, "$states")
	e.NeedsStates = uses > 0
	e.NeedsContext = uses > len(plainStates.FindAllString(src, -1))
	p.exprs = append(p.exprs, e)
	return e
}

// compile compiles each expression once, however often it stands in the machine.
func (p *parser) compile(src string) (*jsonata.Expr, error) {
	if compiled := p.compiled[src]; compiled != nil {
		return compiled, nil
	}
	compiled, err := jsonata.Compile(src, p.options...)
	if err == nil {
		p.compiled[src] = compiled
	}
	return compiled, err
}

// otherContext are the parts of the context without the token.
var otherContext = regexp.MustCompile(`context\s*\.\s*(Execution|StateMachine|State|Map)\b`)

// mayReadToken reports whether the expression can yield the task token.
func (e *Expr) mayReadToken() bool {
	switch {
	case e.Path != nil:
		return slices.ContainsFunc(e.Path.Paths(), func(p *jsonpath.Path) bool { return p.FromContext() && p.Covers("Task", "Token") })
	case e.Expr == nil:
		return true // reported already
	}
	src := e.Source()
	uses := strings.Count(src, "context")
	return e.NeedsContext && (uses == 0 || uses > len(otherContext.FindAllString(src, -1)))
}

// Source is the text of the expression.
func (e *Expr) Source() string {
	if e.Path != nil {
		return e.Path.Source()
	}
	return e.Expr.Source()
}
