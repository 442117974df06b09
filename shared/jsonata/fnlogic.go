package jsonata

var logicFunctions = []definition{
	{"boolean", "<x-:b>", 1, func(r *run, _ any, args []any) (any, error) { return toBoolean(r, argAt(args, 0)) }},
	{"not", "<x-:b>", 1, func(r *run, _ any, args []any) (any, error) {
		v, err := toBoolean(r, argAt(args, 0))
		if b, ok := v.(bool); ok {
			return !b, err
		}
		return v, err
	}},
	{"exists", "<x:b>", 1, func(_ *run, _ any, args []any) (any, error) {
		return !IsUndefined(argAt(args, 0)), nil
	}},
	{"type", "<x:s>", 1, func(_ *run, _ any, args []any) (any, error) { return typeName(argAt(args, 0)), nil }},
	{"error", "<s?:x>", 1, func(_ *run, _ any, args []any) (any, error) {
		return nil, stated("D3137", textArg(args, 0, ""), "$error() function evaluated")
	}},
	{"assert", "<bs?:x>", 2, func(_ *run, _ any, args []any) (any, error) {
		if argAt(args, 0) == true {
			return undef, nil
		}
		return nil, stated("D3141", textArg(args, 1, ""), "$assert() statement failed")
	}},
}

// stated is an error whose message the expression gives.
func stated(code, message, otherwise string) *Error {
	if message == "" {
		message = otherwise
	}
	return &Error{Code: code, Position: -1, Start: -1, Value: message, Message: message}
}

// toBoolean is $boolean: nothing stays nothing, a function is false.
func toBoolean(r *run, v any) (any, error) {
	switch v.(type) {
	case undefinedType:
		return v, nil
	case *function:
		return false, nil
	}
	return truth(r, v)
}

func typeName(v any) any {
	switch class(v) {
	case isM:
		return undef
	case isL:
		return "null"
	case isN:
		return "number"
	case isS:
		return "string"
	case isB:
		return "boolean"
	case isA:
		return "array"
	case isF:
		return "function"
	}
	return "object"
}
