package jsonata

// nativeFunc is a built-in function: in is the context of its call.
type nativeFunc func(r *run, in any, args []any) (any, error)

// function is a function value: built-in, lambda, partial application or
// regular expression.
type function struct {
	name   string
	arity  int // parameters that higher-order functions fill
	sig    *signature
	native nativeFunc // nil for a lambda
	regex  *regex     // set if a regular expression literal made it

	params []string
	body   evaluator
	env    *frame
	input  any // context where the lambda was made
	depth  int // nesting of the body
}

func (f *function) describe() string {
	if f.name != "" {
		return "function $" + f.name
	}
	return "a function"
}

// tailCall is what the body of a lambda returns instead of making its last
// call; apply makes it.
type tailCall struct {
	fn   any
	args []any
	pos  place
	name string
}

// apply calls fn. in is the context, for functions that take it as argument.
func apply(r *run, fn any, args []any, in any) (any, error) {
	return applyAt(r, fn, args, in, nowhere, "")
}

// applyAt is apply for a call that stands at pos under the given name.
func applyAt(r *run, fn any, args []any, in any, pos place, name string) (any, error) {
	v, err := applyOnce(r, fn, args, in)
	for {
		if err != nil {
			return nil, through(err, pos, name)
		}
		tc, ok := v.(*tailCall)
		if !ok {
			return v, nil
		}
		pos, name = tc.pos, tc.name
		if err = r.tick(1); err == nil {
			v, err = applyOnce(r, tc.fn, tc.args, in)
		}
	}
}

func applyOnce(r *run, fn any, args []any, in any) (_ any, err error) {
	f, ok := fn.(*function)
	if !ok {
		return nil, failValue("T1006", fn)
	}
	if f.sig != nil {
		if args, err = f.sig.validate(r, args, in); err != nil {
			return nil, err
		}
	}
	depth := f.depth
	if f.native != nil {
		depth = 1
	}
	if r.depth += depth; r.depth > r.limits.Depth {
		return nil, failToken(CodeLimit, "depth")
	}
	if f.native != nil {
		v, err := f.native(r, in, args)
		r.depth -= depth
		return v, err
	}
	fr := f.env.child()
	for i, p := range f.params {
		fr.bind(p, argAt(args, i))
	}
	v, err := f.body.eval(fr, f.input)
	r.depth -= depth
	return v, err
}

// argAt is the i-th argument, Undefined if there are fewer.
func argAt(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return undef
}

// applyHOF calls fn with as many of the arguments as it has parameters, at
// least one, as the higher-order functions do.
func applyHOF(r *run, fn *function, args ...any) (any, error) {
	n := min(max(fn.arity, 1), len(args))
	if err := r.tick(1); err != nil {
		return nil, err
	}
	return apply(r, fn, args[:n:n], nil)
}
