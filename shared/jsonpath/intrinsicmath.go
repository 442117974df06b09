package jsonpath

import (
	"errors"
	"math/rand/v2"
)

// mathAdd is States.MathAdd, of whole numbers.
func mathAdd(args []any) (any, error) {
	a, err := whole(args[0], "first")
	if err != nil {
		return nil, err
	}
	b, err := whole(args[1], "second")
	return a + b, err
}

// mathRandom yields a whole number from the first argument to below the second.
// With a seed it is always the same, though not the one AWS would yield.
func mathRandom(s *Scope, args []any) (any, error) {
	low, err := whole(args[0], "first")
	if err != nil {
		return nil, err
	}
	high, err := whole(args[1], "second")
	if err != nil {
		return nil, err
	}
	if high <= low {
		return nil, errors.New("the second argument must be greater than the first")
	}
	random := s.Env.Random
	if len(args) == 3 {
		seed, err := whole(args[2], "third")
		if err != nil {
			return nil, err
		}
		random = rand.New(rand.NewPCG(uint64(int64(seed)), 0)).Float64
	}
	if random == nil {
		return nil, errors.New("there is no source of chance here")
	}
	return low + float64(int64(random()*(high-low))), nil
}
