package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// maxData is AWS's limit in bytes of inputs, outputs and results.
const maxData = 256 << 10

// problem is a failure inside a state: what Retry and Catch look at.
type problem struct {
	name, cause string
	also        string // another name by which Retry and Catch know it
	location    string // field whose JSONata failed, "" when none did
	stated      bool   // the cause begins with the state, as AWS has it for JSONPath
	failed      kind   // says that a Parallel or Map failed, unless it tries again; 0: none
}

// sight is what the expressions of a state see: $states or $ and the variables.
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
	context bool            // states has its context
	about   *jsonata.Object // the context, once it was asked for
	dollar  *value          // JSONPath: what $ is; nil: the state's input
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
		o.Set("context", s.contextObject())
	}
	s.states, s.context = o, context
}

// contextObject is $states.context and $$.
func (s *sight) contextObject() *jsonata.Object {
	if s.about == nil {
		s.about = s.t.context(s.th, s.token)
		if s.item != nil {
			s.about.Set("Map", s.item)
		}
	}
	return s.about
}

// expression evaluates one expression.
func (s *sight) expression(x *asl.Expr) (any, error) {
	if x.Path != nil {
		return s.path(x)
	}
	if x.NeedsStates && (s.states == nil || x.NeedsContext && !s.context) {
		s.build(x.NeedsContext)
	}
	th := s.th
	th.variables()
	if x.NeedsStates {
		th.assign("states", s.states)
		defer delete(th.vars, "states")
	}
	begin := s.t.e.stats.now()
	s.t.patience = patience{context.Background(), &s.t.e.stats, begin + int64(maxEvaluation)}
	v, err := x.Eval(&s.t.patience, s.th.input.get(), th.vars)
	s.t.e.stats.expressions.Add(s.t.e.stats.now() - begin)
	if err != nil {
		if e, ok := errors.AsType[*jsonata.Error](err); ok && e.Code == jsonata.CodeFunctionResult {
			return nil, unanswered(x, "returned an unsupported result type.")
		}
		return nil, unanswered(x, fmt.Sprintf("threw an error during evaluation. %v", err))
	}
	if jsonata.IsUndefined(v) {
		return nil, unanswered(x, "returned nothing (undefined).")
	}
	return v, nil
}

// unanswered is a JSONata expression without a usable result.
func unanswered(x *asl.Expr, why string) *problemError {
	return &problemError{problem{name: asl.ErrQuery, location: x.Field,
		cause: fmt.Sprintf("The JSONata expression '%s' specified for the field '%s' %s", x.Source(), x.Field, why)}}
}

// problemError carries a problem through asl.Value.Eval.
type problemError struct{ problem }

func (e *problemError) Error() string { return e.name + ": " + e.cause }

// value evaluates a field; a missing field is def.
func (s *sight) value(v *asl.Value, def *value) (*value, *problem) {
	if v == nil {
		return def, nil
	}
	x, p := s.any(v)
	if p != nil {
		return nil, p
	}
	return newValue(x), nil
}

// any evaluates a field that is there.
func (s *sight) any(v *asl.Value) (any, *problem) {
	x, err := v.Eval(s.expression)
	if err == nil {
		return x, nil
	}
	if pe, ok := errors.AsType[*problemError](err); ok {
		return nil, &pe.problem
	}
	return nil, &problem{name: asl.ErrRuntime, cause: err.Error()}
}

// outcome evaluates what a transition yields: the output and the assigned
// variables, all seeing the variables as they were.
func (s *sight) outcome(assign asl.Assign, output *asl.Value, def *value) (out, vars *value, p *problem) {
	if vars, p = s.assigned(assign); p != nil {
		return nil, nil, p
	}
	if out, p = s.value(output, def); p != nil {
		return nil, nil, p
	}
	return out, vars, limited(out, s.th.state.Name)
}

// assigned evaluates variables, nil when there are none.
func (s *sight) assigned(assign asl.Assign) (*value, *problem) {
	if len(assign) == 0 {
		return nil, nil
	}
	o := jsonata.NewObject()
	for _, a := range assign {
		v, p := s.any(a.Value)
		if p != nil {
			return nil, p
		}
		o.Set(a.Name, v)
	}
	vars := newValue(o)
	return vars, limited(vars, s.th.state.Name)
}

// limited refuses a value that is larger than AWS allows, in AWS's words. what is
// the state or the task that it comes from.
func limited(v *value, what string) *problem {
	switch {
	case v.size() >= jsonata.TooDeep:
		return &problem{name: asl.ErrDataLimit, cause: "The state/task '" + what + "' returned a result that is nested too deeply."}
	case v.size() > maxData && len(v.json()) > maxData:
		return &problem{name: asl.ErrDataLimit, cause: "The state/task '" + what + "' returned a result with a size exceeding the maximum number of bytes service limit."}
	}
	return nil
}

// matches reports whether a rule of a Choice applies.
func (s *sight) matches(r asl.Rule) (bool, *problem) {
	if r.Test != nil {
		return s.holds(r.Test)
	}
	return s.boolean(r.Condition, "Condition")
}

func (s *sight) boolean(v *asl.Value, field string) (bool, *problem) {
	x, p := s.any(v)
	if p != nil {
		return false, p
	}
	b, ok := x.(bool)
	if !ok {
		return false, s.wrong(v, field, "boolean", newValue(x))
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
		return "", s.wrong(v, field, "string", x)
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
	if text, is := x.get().(string); is && field == "MaxConcurrency" && s.th.state.Language == asl.JSONPath {
		n, err := strconv.Atoi(text) // AWS reads text here, too
		f, ok = float64(n), err == nil
	}
	if !ok || !isWhole(f) || f < low || f > 99_999_999 {
		return 0, s.wrong(v, field, "whole number from "+fmt.Sprint(low), x)
	}
	return int64(f), nil
}

func isWhole(f float64) bool { return f == math.Trunc(f) }

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
		return 0, s.notTime(text)
	}
	return at.UnixMilli(), nil
}
