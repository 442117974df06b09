package engine

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// maxData is AWS's limit in bytes of inputs, outputs and results.
const maxData = 256 << 10

// problem is a failure inside a state: what Retry and Catch look at.
type problem struct {
	name, cause string
	location    string // field whose evaluation failed, "" when none did
	failed      kind   // says that a Parallel or Map failed, unless it tries again; 0: none
}

// sight is what the expressions of a state see: $states and the variables.
type sight struct {
	t       *turn
	th      *thread
	result  any // $states.result, when known
	known   bool
	errOut  any // $states.errorOutput, when failed
	failed  bool
	token   string
	item    *jsonata.Object // $states.context.Map of an iteration that is about to start
	states  *jsonata.Object
	context bool // states has its context
}

func (s *sight) withResult(v any) *sight { s.result, s.known, s.states = v, true, nil; return s }

func (s *sight) withError(name, cause string) *sight {
	o := jsonata.NewObject()
	o.Set("Error", name)
	o.Set("Cause", cause)
	s.errOut, s.failed, s.states = o, true, nil
	return s
}

// build makes $states.
func (s *sight) build(context bool) {
	o := jsonata.NewObject()
	o.Set("input", s.th.input.get())
	if s.known {
		o.Set("result", s.result)
	}
	if s.failed {
		o.Set("errorOutput", s.errOut)
	}
	if context {
		c := s.t.context(s.th, s.token)
		if s.item != nil {
			c.Set("Map", s.item)
		}
		o.Set("context", c)
	}
	s.states, s.context = o, context
}

// expression evaluates one expression.
func (s *sight) expression(x *asl.Expr) (any, error) {
	if x.NeedsStates && (s.states == nil || x.NeedsContext && !s.context) {
		s.build(x.NeedsContext)
	}
	th := s.th
	if x.NeedsStates {
		if th.vars == nil {
			th.vars = jsonata.Vars{}
		}
		th.vars["states"] = s.states
		defer delete(th.vars, "states")
	}
	begin := time.Now()
	v, err := x.Eval(s.t.e.ctx, s.th.input.get(), th.vars)
	s.t.e.stats.expressions.Add(int64(time.Since(begin)))
	if err != nil {
		return nil, &problemError{problem{asl.ErrQuery, fmt.Sprintf("The JSONata expression '%s' specified for the field '%s' threw an error during evaluation. %v", x.Source(), x.Field, err), x.Field, 0}}
	}
	if jsonata.IsUndefined(v) {
		return nil, &problemError{problem{asl.ErrQuery, fmt.Sprintf("The JSONata expression '%s' specified for the field '%s' returned nothing (undefined).", x.Source(), x.Field), x.Field, 0}}
	}
	return v, nil
}

// problemError carries a problem through asl.Value.Eval.
type problemError struct{ problem }

func (e *problemError) Error() string { return e.name + ": " + e.cause }

// value evaluates a field; a missing field is def.
func (s *sight) value(v *asl.Value, def *value) (*value, *problem) {
	if v == nil {
		return def, nil
	}
	x, err := v.Eval(s.expression)
	if err != nil {
		if pe, ok := errors.AsType[*problemError](err); ok {
			return nil, &pe.problem
		}
		return nil, &problem{name: asl.ErrRuntime, cause: err.Error()}
	}
	return newValue(x), nil
}

// outcome evaluates what a transition yields: the output and the assigned
// variables, all seeing the variables as they were.
func (s *sight) outcome(assign asl.Assign, output *asl.Value, def *value) (out, vars *value, p *problem) {
	if len(assign) > 0 {
		o := jsonata.NewObject()
		for _, a := range assign {
			v, p := s.value(a.Value, nil)
			if p != nil {
				return nil, nil, p
			}
			o.Set(a.Name, v.get())
		}
		vars = newValue(o)
		if p := limited(vars, "variables assigned by the state", s.th); p != nil {
			return nil, nil, p
		}
	}
	if out, p = s.value(output, def); p != nil {
		return nil, nil, p
	}
	return out, vars, limited(out, "output of the state", s.th)
}

func limited(v *value, what string, th *thread) *problem {
	if n := len(v.json()); n > maxData {
		return &problem{name: asl.ErrDataLimit, cause: fmt.Sprintf("The %s '%s' has %d bytes, more than the maximum of %d.", what, th.state.Name, n, maxData)}
	}
	return nil
}

// wrong is an expression that yielded a value of the wrong type.
func (s *sight) wrong(field, want string, v *value) *problem {
	return &problem{name: asl.ErrQuery, location: field, cause: fmt.Sprintf("The JSONata expression specified for the field '%s' returned an unexpected result type. Expected '%s' for value: %s", field, want, v.json())}
}

func (s *sight) boolean(v *asl.Value, field string) (bool, *problem) {
	x, p := s.value(v, nil)
	if p != nil {
		return false, p
	}
	b, ok := x.get().(bool)
	if !ok {
		return false, s.wrong(field, "boolean", x)
	}
	return b, nil
}

// text evaluates an optional string.
func (s *sight) text(v *asl.Value, field string) (string, *problem) {
	if v == nil {
		return "", nil
	}
	x, p := s.value(v, nil)
	if p != nil {
		return "", p
	}
	text, ok := x.get().(string)
	if !ok {
		return "", s.wrong(field, "string", x)
	}
	return text, nil
}

// whole evaluates an optional whole number of at least low; missing is 0.
func (s *sight) whole(v *asl.Value, field string, low float64) (int64, *problem) {
	if v == nil {
		return 0, nil
	}
	x, p := s.value(v, nil)
	if p != nil {
		return 0, p
	}
	f, ok := x.get().(float64)
	if !ok || f != math.Trunc(f) || f < low || f > 99_999_999 {
		return 0, s.wrong(field, "whole number from "+fmt.Sprint(low), x)
	}
	return int64(f), nil
}

// until is when a Wait state ends, in Unix milliseconds.
func (s *sight) until(st *asl.State) (int64, *problem) {
	if st.Seconds != nil {
		n, p := s.whole(st.Seconds, "Seconds", 0)
		return s.t.now + n*1000, p
	}
	text, p := s.text(st.Timestamp, "Timestamp")
	if p != nil {
		return 0, p
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, s.wrong("Timestamp", "RFC 3339 time", newValue(text))
	}
	return at.UnixMilli(), nil
}
