package jsonpath

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// Limits of the intrinsic functions, as on AWS.
const (
	maxText  = 10_000 // characters for Base64 and Hash
	maxRange = 1_000  // items of States.ArrayRange
)

// intrinsic is one of the functions.
type intrinsic struct {
	least, most int  // arguments
	template    bool // the first argument is taken with its escapes
	apply       func(s *Scope, args []any) (any, error)
}

func (f *intrinsic) arity() string {
	switch {
	case f.most == math.MaxInt:
		return fmt.Sprintf("at least %d arguments", f.least)
	case f.least != f.most:
		return fmt.Sprintf("%d or %d arguments", f.least, f.most)
	case f.most == 1:
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", f.most)
}

// pure is a function of its arguments alone.
func pure(n int, f func(args []any) (any, error)) *intrinsic {
	return &intrinsic{least: n, most: n, apply: func(_ *Scope, args []any) (any, error) { return f(args) }}
}

// intrinsics are all functions there are.
var intrinsics = map[string]*intrinsic{
	"States.Array":          {most: math.MaxInt, apply: func(_ *Scope, args []any) (any, error) { return args, nil }},
	"States.ArrayContains":  pure(2, arrayContains),
	"States.ArrayGetItem":   pure(2, arrayGetItem),
	"States.ArrayLength":    pure(1, arrayLength),
	"States.ArrayPartition": pure(2, arrayPartition),
	"States.ArrayRange":     pure(3, arrayRange),
	"States.ArrayUnique":    pure(1, arrayUnique),
	"States.Base64Decode":   pure(1, base64Decode),
	"States.Base64Encode":   pure(1, base64Encode),
	"States.Format":         {least: 1, most: math.MaxInt, template: true, apply: func(_ *Scope, args []any) (any, error) { return format(args) }},
	"States.Hash":           pure(2, hash),
	"States.JsonMerge":      pure(3, jsonMerge),
	"States.JsonToString":   pure(1, jsonToString),
	"States.MathAdd":        pure(2, mathAdd),
	"States.MathRandom":     {least: 2, most: 3, apply: mathRandom},
	"States.StringSplit":    pure(2, stringSplit),
	"States.StringToJson":   pure(1, stringToJSON),
	"States.UUID":           {apply: uuid},
}

// intrinsicNames lists the functions for messages.
func intrinsicNames() string {
	return strings.Join(slices.Sorted(maps.Keys(intrinsics)), ", ")
}

func list(v any) ([]any, error) {
	l, ok := v.([]any)
	if !ok {
		return nil, errors.New("the first argument must be an array")
	}
	return l, nil
}

func text(v any, which string) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("the %s argument must be a string", which)
	}
	return s, nil
}

// whole rounds a number to the nearest whole one, halves up.
func whole(v any, which string) (float64, error) {
	f, ok := v.(float64)
	if !ok || math.Abs(f) > 1<<53 {
		return 0, fmt.Errorf("the %s argument must be a whole number", which)
	}
	return math.Floor(f + 0.5), nil
}

func uuid(s *Scope, _ []any) (any, error) {
	if s.Env.UUID == nil {
		return nil, errors.New("there is no source of unique ids here")
	}
	return s.Env.UUID(), nil
}

func jsonMerge(args []any) (any, error) {
	first, ok := args[0].(*jsonata.Object)
	second, alsoOK := args[1].(*jsonata.Object)
	switch {
	case !ok || !alsoOK:
		return nil, errors.New("the first two arguments must be JSON objects")
	case args[2] != false:
		return nil, errors.New("the third argument must be false: only shallow merging is supported")
	}
	out := jsonata.NewObject()
	for _, o := range []*jsonata.Object{first, second} {
		o.Range(func(key string, v any) bool {
			out.Set(key, v)
			return true
		})
	}
	return out, nil
}

func jsonToString(args []any) (any, error) {
	raw, err := jsonata.Encode(args[0])
	return string(raw), err
}

func stringToJSON(args []any) (any, error) {
	s, err := text(args[0], "first")
	if err != nil || s == "" {
		return nil, err
	}
	return jsonata.Decode([]byte(s))
}
