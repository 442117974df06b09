package asl

import (
	"errors"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsonpath"
	"github.com/orderloom/orderloom/shared/jsontree"
)

// ResultPath says where a JSONPath state puts its result in its input.
type ResultPath struct {
	path *jsonpath.Path // nil: nowhere
}

// Place returns the input with the result in it. A failure is a *jsonpath.Error.
func (r *ResultPath) Place(input, result any) (any, error) {
	switch {
	case r == nil:
		return result, nil
	case r.path == nil:
		return input, nil
	}
	return r.path.Set(input, result)
}

// resultPath reads an optional ResultPath.
func (p *parser) resultPath(at place, n *node) *ResultPath {
	v := n.Get("ResultPath")
	switch {
	case v == nil:
		return nil
	case v.Kind == jsontree.Null:
		return &ResultPath{}
	}
	e := p.pathText(at.in("ResultPath"), v, inInput)
	if e.Path == nil {
		return nil
	}
	return &ResultPath{e.Path.Path()}
}

// form is what may stand in a field of JSONPath.
type form byte

const (
	anyPath    form = iota
	reference       // names one place
	inInput         // names one place in the input
	noContext       // names one place in the input or in a variable
	textOrPath      // or an intrinsic function that yields text
	template        // or any intrinsic function
)

// textFunctions are those that ErrorPath and CausePath accept.
var textFunctions = []string{"States.Format", "States.JsonToString", "States.ArrayGetItem", "States.Base64Encode",
	"States.Base64Decode", "States.Hash", "States.UUID"}

// selection reads an optional InputPath or OutputPath; null selects {}.
func (p *parser) selection(at place, n *node, key string) *Value {
	if v := n.Get(key); v != nil && v.Kind == jsontree.Null {
		return &Value{constant: jsonata.NewObject()}
	}
	return p.path(at, n, key, anyPath)
}

// path reads an optional path.
func (p *parser) path(at place, n *node, key string, f form) *Value {
	v := n.Get(key)
	if v == nil {
		return nil
	}
	return &Value{expr: p.pathText(at.in(key), v, f)}
}

// pathText compiles a path; the result has no Path when it is none.
func (p *parser) pathText(at place, n *node, f form) *Expr {
	e := &Expr{Field: at.field, state: at.state, pointer: at.pointer, pos: n.Pos}
	if n.Kind != jsontree.String {
		p.wrongKind(at, n, "a path")
		return e
	}
	compiled, err := jsonpath.Compile(n.Text)
	if err != nil {
		pos := n.Pos
		if j, ok := errors.AsType[*jsonpath.Error](err); ok {
			pos = n.Within(p.data, j.Position)
		}
		p.add(InvalidExpression, at, pos, "%q is not valid: %v", n.Text, err)
		return e
	}
	path := compiled.Path()
	switch {
	case path == nil && f <= noContext:
		p.add(InvalidExpression, at, n.Pos, "%s is a path; a function cannot stand here", lastField(at))
		return e
	case path == nil && f == textOrPath && !slices.Contains(textFunctions, compiled.Function()):
		p.add(InvalidExpression, at, n.Pos, "%s does not yield text; %s accepts %s", compiled.Function(), lastField(at), strings.Join(textFunctions, ", "))
		return e
	case path != nil && f >= reference && f <= noContext && !path.IsReference():
		p.add(InvalidExpression, at, n.Pos, "%s is a reference path: keys and indexes only, so that it names one place", lastField(at))
		return e
	case f == inInput && !path.FromInput():
		p.add(InvalidExpression, at, n.Pos, "%s names a place in the input, so it begins with $ and not with %s", lastField(at), n.Text)
		return e
	case f == noContext && path.FromContext():
		p.add(InvalidExpression, at, n.Pos, "%s names a place in the input or a variable, not in the context", lastField(at))
		return e
	}
	e.Path, e.vars = compiled, compiled.Vars()
	p.exprs = append(p.exprs, e)
	return e
}
