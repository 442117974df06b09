package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsonpath"
)

// What only states of the query language JSONPath do. $ is another value in
// each of their fields: sight.dollar.

// effective is what the state works on, which is $ from then on.
func (s *sight) effective() (*value, *problem) {
	in, p := s.value(s.th.state.InputPath, s.th.input)
	if p == nil {
		s.dollar = in
		if s.th.state.Language == asl.JSONPath {
			s.t.live.probe.saw("afterInputPath", in)
		}
	}
	return in, p
}

// arguments are what a Task calls with and a Parallel hands to its branches.
func (s *sight) arguments() (*value, *problem) {
	in, p := s.effective()
	if p != nil {
		return nil, p
	}
	args, p := s.value(s.th.state.Arguments, in)
	if s.th.state.Language == asl.JSONPath {
		s.t.live.probe.saw("afterParameters", args)
	}
	return args, p
}

// path evaluates one path or intrinsic function.
func (s *sight) path(x *asl.Expr) (any, error) {
	e := s.t.e
	begin := e.stats.now()
	s.th.variables()
	if s.dollar == nil {
		s.dollar = s.th.input
	}
	v, err := x.Path.Eval(&jsonpath.Scope{Input: s.dollar.get(), Context: s.contextObject, Vars: s.th.vars,
		Env: jsonata.Env{Random: e.opts.Rand, UUID: e.opts.NewID}})
	e.stats.expressions.Add(e.stats.now() - begin)
	if err != nil {
		return nil, &problemError{misled(x, err)}
	}
	return v, nil
}

// misled says in AWS's words why a path or function has no value. For Parameters
// the States Language has States.ParameterPathFailure; AWS itself fails with
// States.Runtime, which no catcher takes, and so does this engine. That goes for
// a path among the arguments of a function, too.
func misled(x *asl.Expr, err error) problem {
	e, ok := errors.AsType[*jsonpath.Error](err)
	if !ok || e.Code == jsonpath.CodeFunction {
		return problem{name: asl.ErrIntrinsic, cause: err.Error(), stated: true}
	}
	in := newValue(e.Input).json()
	field := x.Field[strings.LastIndexByte(x.Field, '/')+1:]
	path := x.Path.Path()
	switch {
	case path == nil:
		return problem{name: asl.ErrRuntime, cause: err.Error(), stated: true}
	case strings.HasSuffix(field, ".$"), field == "ErrorPath", field == "CausePath":
		return problem{name: asl.ErrRuntime, stated: true,
			cause: fmt.Sprintf("The JSONPath '%s' specified for the field '%s' could not be found in the input '%s'", e.Path, field, in)}
	case field == "ItemsPath":
		return conflict(e)
	}
	return problem{name: asl.ErrRuntime, stated: true, cause: fmt.Sprintf("Invalid path '%s' : No results for path: %s", e.Path, path.Canonical())}
}

// conflict is a reference path that the input has no place for. The States
// Language names the failure of a ResultPath States.ResultPathMatchFailure; AWS
// says States.ReferencePathConflict.
func conflict(e *jsonpath.Error) problem {
	what := "ReferencePath " + e.Path
	switch e.Input.(type) {
	case *jsonata.Object, []any:
		what = fmt.Sprintf("step %q", e.Step)
	}
	return problem{name: asl.ErrReferencePath, stated: true, cause: fmt.Sprintf("Unable to apply %s to input %s", what, newValue(e.Input).json())}
}

// ownResult is what a state yields that calls nothing and runs nothing.
func (s *sight) ownResult() (*value, *problem) {
	if st := s.th.state; st.Result != nil {
		v, p := s.value(st.Result, nil)
		s.t.live.probe.saw("result", v)
		return v, p
	}
	return s.arguments()
}

// placed evaluates what leaving a state yields: variables from the result, the
// result put into the input, and what OutputPath selects of both.
func (s *sight) placed(st *asl.State, result *value) (out, vars *value, p *problem) {
	s.dollar = result
	if vars, p = s.assigned(st.Assign); p != nil {
		return nil, nil, p
	}
	if result, p = s.value(st.ResultSelector, result); p != nil {
		return nil, nil, p
	}
	if out, p = s.place(st.ResultPath, result); p != nil {
		return nil, nil, p
	}
	if st.Type != asl.Succeed && st.Type != asl.Wait {
		s.t.live.probe.saw("afterResultSelector", result)
		s.t.live.probe.saw("afterResultPath", out)
	}
	s.dollar = out
	if out, p = s.value(st.OutputPath, out); p != nil {
		return nil, nil, p
	}
	return out, vars, limited(out, s.th.state.Name)
}

// place puts a result into the input of the state.
func (s *sight) place(at *asl.ResultPath, result *value) (*value, *problem) {
	if at == nil {
		return result, nil
	}
	v, err := at.Place(s.th.input.get(), result.get())
	if e, ok := errors.AsType[*jsonpath.Error](err); ok {
		p := conflict(e)
		return nil, &p
	}
	return newValue(v), nil
}

// placedError evaluates what going on at a catcher yields.
func (s *sight) placedError(c asl.Catcher) (out, vars *value, p *problem) {
	s.dollar = newValue(s.errOut)
	if vars, p = s.assigned(c.Assign); p != nil {
		return nil, nil, p
	}
	if out, p = s.place(c.ResultPath, s.dollar); p != nil {
		return nil, nil, p
	}
	return out, vars, limited(out, s.th.state.Name)
}

// holds answers the test of a rule.
func (s *sight) holds(t *asl.Test) (bool, *problem) {
	switch {
	case t.Not != nil:
		yes, p := s.holds(t.Not)
		return !yes, p
	case t.And != nil:
		return s.together(t.And, false)
	case t.Or != nil:
		return s.together(t.Or, true)
	}
	v, there, p := s.look(t.Variable)
	switch {
	case p != nil:
		return false, p
	case t.Comparison.IsPresent():
		return there == t.Operand, nil
	case !there:
		return false, noSuch(t.Variable)
	case t.OperandAt == nil:
		return t.Comparison.Holds(v, t.Operand), nil
	}
	operand, there, p := s.look(t.OperandAt)
	switch {
	case p != nil:
		return false, p
	case !there:
		return false, noSuch(t.OperandAt)
	}
	prepared, ok := t.Comparison.Prepare(operand)
	return ok && t.Comparison.Holds(v, prepared), nil
}

// together goes through tests until one answers enough.
func (s *sight) together(tests []*asl.Test, enough bool) (bool, *problem) {
	for _, t := range tests {
		if yes, p := s.holds(t); p != nil || yes == enough {
			return yes, p
		}
	}
	return !enough, nil
}

// look finds the value of a path and whether there is one.
func (s *sight) look(x *asl.Expr) (v any, there bool, p *problem) {
	v, err := s.path(x)
	pe, ok := errors.AsType[*problemError](err)
	switch {
	case err == nil:
		return v, true, nil
	case ok && pe.name != asl.ErrRuntime:
		return nil, false, &pe.problem
	}
	return nil, false, nil
}

func noSuch(x *asl.Expr) *problem {
	return &problem{name: asl.ErrRuntime, stated: true,
		cause: fmt.Sprintf("Invalid path '%s': The choice state's condition path references an invalid value.", x.Source())}
}
