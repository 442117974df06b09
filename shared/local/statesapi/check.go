package statesapi

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
)

// violations collects what is wrong with a request's members, in AWS's words.
type violations []string

func (v *violations) add(value, member, format string, args ...any) {
	*v = append(*v, fmt.Sprintf("Value %s at '%s' failed to satisfy constraint: ", value, member)+fmt.Sprintf(format, args...))
}

// need wants members that are there: names and values alternate.
func (v *violations) need(members ...string) {
	for i := 0; i < len(members); i += 2 {
		if members[i+1] == "" {
			v.add("null", members[i], "Member must not be null")
		}
	}
}

// oneOf wants one of a few values, or none.
func (v *violations) oneOf(member, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		v.add("'"+value+"'", member, "Member must satisfy enum value set: [%s]", strings.Join(allowed, ", "))
	}
}

func (v *violations) between(member string, value, low, high int) {
	if value < low {
		v.add(fmt.Sprintf("'%d'", value), member, "Member must have value greater than or equal to %d", low)
	}
	if value > high {
		v.add(fmt.Sprintf("'%d'", value), member, "Member must have value less than or equal to %d", high)
	}
}

func (v *violations) atMost(member, value string, high int) {
	if utf8.RuneCountInString(value) > high {
		v.add("'"+value+"'", member, "Member must have length less than or equal to %d", high)
	}
}

func (v *violations) page(p page) { v.between("maxResults", p.Max, 0, 1000) }

// err is the ValidationException, or nil.
func (v violations) err() error {
	switch len(v) {
	case 0:
		return nil
	case 1:
		return fault.New(engine.ErrValidation, "1 validation error detected: %s", v[0])
	}
	return fault.New(engine.ErrValidation, "%d validation errors detected: %s", len(v), strings.Join(v, "; "))
}

// executionARN refuses what is no ARN of a kept execution.
func executionARN(arn string) error {
	parts := strings.Split(arn, ":")
	switch {
	case len(parts) < 8 || parts[0] != "arn" || parts[2] != "states":
		return fault.New(engine.ErrInvalidArn, "Invalid Arn: '%s'", arn)
	case parts[5] == "express":
		return fault.New(engine.ErrInvalidArn, "Invalid Arn: 'Resource type not valid in this context: express'")
	case parts[5] != "execution":
		return fault.New(engine.ErrInvalidArn, "Invalid Arn: 'Resource type not valid in this context: %s'", parts[5])
	}
	return nil
}
