package bus

import (
	"encoding/json"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/fault"
)

// matcher tests one value of an event, or only whether there is one.
type matcher struct {
	absent *bool // set for "exists": the negation of what is wanted
	test   func(v any) bool
}

func parseMatcher(at string, a any) (matcher, error) {
	object, ok := a.(map[string]any)
	if !ok {
		return exact(at, a)
	}
	if len(object) != 1 {
		return matcher{}, fault.New(fault.Invalid, "a matcher has exactly one key").On("", at).Got(a)
	}
	for name, arg := range object {
		switch name {
		case "exists":
			want, ok := arg.(bool)
			if !ok {
				return matcher{}, fault.New(fault.Invalid, "exists wants true or false").On("", at).Got(arg)
			}
			absent := !want
			return matcher{absent: &absent}, nil
		case "anything-but":
			return anythingBut(at, arg)
		case "numeric":
			return numeric(at, arg)
		}
		if m, known, err := onText(at, name, arg); known {
			return m, err
		}
		return matcher{}, fault.New(fault.Invalid, "%q is not supported by the local bus", name).On("", at)
	}
	panic("unreachable: the object has one key")
}

// exact matches one scalar. Numbers are equal by value: 300 and 3.0e2.
func exact(at string, want any) (matcher, error) {
	switch want := want.(type) {
	case string, bool, nil:
		return matcher{test: func(v any) bool { return v == want }}, nil
	case json.Number:
		n, ok := number(want)
		if !ok {
			return matcher{}, fault.New(fault.Invalid, "not a usable number").On("", at).Got(want)
		}
		return matcher{test: func(v any) bool { got, ok := number(v); return ok && got.Equal(n) }}, nil
	}
	return matcher{}, fault.New(fault.Invalid, "want a text, number, boolean, null or matcher").On("", at).Got(want)
}

// onText parses the matchers of texts that take one text.
func onText(at, name string, arg any) (m matcher, known bool, err error) {
	tests := map[string]func(v, arg string) bool{
		"prefix": strings.HasPrefix, "suffix": strings.HasSuffix, "equals-ignore-case": strings.EqualFold,
	}
	f, known := tests[name]
	if !known {
		return matcher{}, false, nil
	}
	text, ok := arg.(string)
	if !ok {
		return matcher{}, true, fault.New(fault.Invalid, "%s wants a text", name).On("", at).Got(arg)
	}
	return matcher{test: func(v any) bool { s, ok := v.(string); return ok && f(s, text) }}, true, nil
}

// anythingBut negates a scalar, a list of scalars or a matcher of texts.
func anythingBut(at string, arg any) (matcher, error) {
	var not []matcher
	switch arg := arg.(type) {
	case map[string]any:
		for name, a := range arg {
			m, known, err := onText(at, name, a)
			if err != nil || !known || len(arg) != 1 {
				return matcher{}, fault.New(fault.Invalid, "anything-but of this is not supported by the local bus").On("", at).Got(arg)
			}
			not = append(not, m)
		}
	case []any:
		for _, a := range arg {
			m, err := exact(at, a)
			if err != nil {
				return matcher{}, err
			}
			not = append(not, m)
		}
	default:
		m, err := exact(at, arg)
		if err != nil {
			return matcher{}, err
		}
		not = []matcher{m}
	}
	if len(not) == 0 {
		return matcher{}, fault.New(fault.Invalid, "anything-but of nothing").On("", at)
	}
	return matcher{test: func(v any) bool {
		for _, m := range not {
			if m.test(v) {
				return false
			}
		}
		return true
	}}, nil
}

// numeric parses ["<op>", n] or a range of two such pairs.
func numeric(at string, arg any) (matcher, error) {
	wrong := fault.New(fault.Invalid, `numeric wants ["<", 10] or [">", 0, "<=", 5]`).On("", at).Got(arg)
	list, ok := arg.([]any)
	if !ok || (len(list) != 2 && len(list) != 4) {
		return matcher{}, wrong
	}
	var tests []func(decimal.Decimal) bool
	for i := 0; i < len(list); i += 2 {
		op, _ := list[i].(string)
		limit, ok := number(list[i+1])
		test := comparison(op, limit)
		if !ok || test == nil {
			return matcher{}, wrong
		}
		tests = append(tests, test)
	}
	return matcher{test: func(v any) bool {
		n, ok := number(v)
		for _, test := range tests {
			ok = ok && test(n)
		}
		return ok
	}}, nil
}

func comparison(op string, limit decimal.Decimal) func(decimal.Decimal) bool {
	switch op {
	case "=":
		return limit.Equal
	case "<":
		return limit.GreaterThan
	case "<=":
		return limit.GreaterThanOrEqual
	case ">":
		return limit.LessThan
	case ">=":
		return limit.LessThanOrEqual
	}
	return nil
}

// number reads a number of JSON; exponents beyond any use are none, because
// comparing them would take forever.
func number(v any) (decimal.Decimal, bool) {
	text, ok := v.(json.Number)
	if !ok || len(text) > 64 {
		return decimal.Decimal{}, false
	}
	n, err := decimal.NewFromString(text.String())
	return n, err == nil && n.Exponent() < 400 && n.Exponent() > -400
}
