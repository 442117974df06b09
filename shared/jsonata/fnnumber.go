package jsonata

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

var numberFunctions = []definition{
	{"number", "<(nsb)-:n>", 1, fnNumber},
	{"abs", "<n-:n>", 1, mathFunc(func(x float64, _ []any) (float64, error) { return math.Abs(x), nil })},
	{"floor", "<n-:n>", 1, mathFunc(func(x float64, _ []any) (float64, error) { return math.Floor(x), nil })},
	{"ceil", "<n-:n>", 1, mathFunc(func(x float64, _ []any) (float64, error) { return math.Ceil(x), nil })},
	{"round", "<n-n?:n>", 2, mathFunc(func(x float64, args []any) (float64, error) {
		precision, _ := argAt(args, 1).(float64)
		return roundTo(x, precision), nil
	})},
	{"sqrt", "<n-:n>", 1, mathFunc(func(x float64, _ []any) (float64, error) {
		if x < 0 {
			return 0, failValue("D3060", x)
		}
		return math.Sqrt(x), nil
	})},
	{"power", "<n-n:n>", 2, mathFunc(fnPower)},
	{"formatBase", "<n-n?:s>", 2, fnFormatBase},
	{"formatNumber", "<n-so?:s>", 3, fnFormatNumber},
}

func fnNumber(_ *run, _ any, args []any) (any, error) {
	switch x := argAt(args, 0).(type) {
	case float64:
		return x, nil
	case bool:
		if x {
			return number(1), nil
		}
		return number(0), nil
	case string:
		if f, ok := parseNumber(x); ok {
			return number(f), nil
		}
		return nil, failValue("D3030", x)
	}
	return undef, nil
}

func fnPower(x float64, args []any) (float64, error) {
	exp, ok := argAt(args, 1).(float64)
	if !ok {
		return 0, failValue("D3061", x)
	}
	// JavaScript has no value for these, package math has 1.
	if math.Abs(x) == 1 && math.IsInf(exp, 0) {
		return 0, failValue("D3061", x)
	}
	p := power(x, exp)
	if math.IsInf(p, 0) || math.IsNaN(p) {
		return 0, failValue("D3061", x)
	}
	return p, nil
}

// power rounds correctly where the exponent is a small whole number, which
// math.Pow may miss by a unit in the last place.
func power(x, exp float64) float64 {
	p := math.Pow(x, exp)
	n := int(math.Abs(exp))
	if exp != math.Trunc(exp) || n > 1024 || n < 2 && exp != -1 || p == 0 || p-p != 0 {
		return p
	}
	base := new(big.Float).SetPrec(320).SetFloat64(x)
	out := new(big.Float).SetPrec(320).SetInt64(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			out.Mul(out, base)
		}
		base.Mul(base, base)
	}
	if exp < 0 {
		out.Quo(new(big.Float).SetPrec(320).SetInt64(1), out)
	}
	p, _ = out.Float64()
	return p
}

// roundTo rounds half to even at a decimal place, shifting the decimal point
// in the text of the number so that 2.675 is what it looks like.
func roundTo(x, precision float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	if precision != 0 {
		whole := shift(x, precision)
		if math.IsInf(whole, 0) {
			return x // too large to have so many places
		}
		x = whole
	}
	out := math.Floor(x + 0.5)
	if x-math.Floor(x) != 0.5 { // x + 0.5 may have been rounded up
		out = math.Round(x)
	} else if math.Mod(out, 2) != 0 {
		out--
	}
	if precision != 0 {
		out = shift(out, -precision)
	}
	if out == 0 {
		return 0
	}
	return out
}

func shift(x, by float64) float64 {
	if by != math.Trunc(by) {
		return math.NaN()
	}
	mantissa, exponent, _ := strings.Cut(string(appendNumber(nil, x)), "e")
	e, _ := strconv.Atoi(exponent)
	f, _ := strconv.ParseFloat(mantissa+"e"+strconv.FormatFloat(float64(e)+by, 'f', -1, 64), 64)
	return f
}
