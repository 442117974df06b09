package jsonata

import "sync"

// builtins are the functions that every expression can call. They are made when
// they are first asked for, and not by a variable that is set at the start, so
// that the linker leaves them out of a program that compiles no expression.
func builtins() map[string]*function {
	madeBuiltins.Do(func() {
		allBuiltins = table(
			stringFunctions, patternFunctions, urlFunctions, numberFunctions, integerFunctions, aggregateFunctions,
			logicFunctions, arrayFunctions, objectFunctions, higherFunctions, timeFunctions, stepFunctions,
		)
	})
	return allBuiltins
}

var (
	madeBuiltins sync.Once
	allBuiltins  map[string]*function
)

// missing are JSONata's functions that this package refuses at Compile, because
// Step Functions does.
var missing = map[string]bool{"eval": true}

// definition declares a built-in function.
type definition struct {
	name  string
	sig   string
	arity int // how many arguments a higher-order function passes to it
	fn    nativeFunc
}

func table(lists ...[]definition) map[string]*function {
	out := map[string]*function{}
	for _, list := range lists {
		for _, d := range list {
			sig, err := parseSignature(d.sig)
			if err != nil {
				panic("jsonata: signature of $" + d.name + ": " + err.Error())
			}
			out[d.name] = &function{name: d.name, arity: d.arity, sig: sig, native: d.fn}
		}
	}
	return out
}

// textFunc is a function of a string that yields nothing for nothing. It is
// counted that the string is read; f counts what it makes.
func textFunc(f func(r *run, s string, args []any) (any, error)) nativeFunc {
	return func(r *run, _ any, args []any) (any, error) {
		s, ok := argAt(args, 0).(string)
		if !ok {
			return undef, nil
		}
		if err := r.tick(len(s) / bytesPerStep); err != nil {
			return nil, err
		}
		return f(r, s, args)
	}
}

// mathFunc is a function of a number that yields nothing for nothing.
func mathFunc(f func(x float64, args []any) (float64, error)) nativeFunc {
	return func(_ *run, _ any, args []any) (any, error) {
		x, ok := argAt(args, 0).(float64)
		if !ok {
			return undef, nil
		}
		x, err := f(x, args)
		if err != nil {
			return nil, err
		}
		return number(x), nil
	}
}

// limitArg is an optional number that must not be negative; -1 means none.
func limitArg(args []any, i int, code string) (float64, error) {
	n, ok := argAt(args, i).(float64)
	if !ok {
		return -1, nil
	}
	if n < 0 {
		return 0, failValue(code, n)
	}
	return n, nil
}
