package policy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Words says a condition as a sentence.
func (c *Condition) Words() string {
	group := func(list []Condition, with string) string {
		all := make([]string, len(list))
		for i := range list {
			all[i] = list[i].Words()
		}
		if len(all) == 1 {
			return all[0]
		}
		return "(" + strings.Join(all, with) + ")"
	}
	switch {
	case c == nil:
		return "always"
	case c.Not != nil:
		return "not " + c.Not.Words()
	case c.Relation != "":
		return c.relationWords()
	case c.Field != "":
		return c.Field + " " + c.comparisonWords()
	case c.Any != nil:
		return group(c.Any, " or ")
	}
	return group(c.All, " and ")
}

func (c *Condition) comparisonWords() string {
	words := c.Operator.Words()
	switch {
	case c.ValueField != "":
		return words + " " + c.ValueField
	case c.Value != nil:
		return words + " " + valueWords(c.Value)
	}
	return words
}

func (c *Condition) relationWords() string {
	where := ""
	if c.Where != nil {
		where = " where " + c.Where.Words()
	}
	switch c.Has {
	case HasCount:
		return "(count of " + c.Relation + where + ") " + c.comparisonWords()
	case HasSum:
		return c.sumWords() + " " + c.comparisonWords()
	}
	return "(" + string(c.Has) + " of " + c.Relation + where + ")"
}

func (c *Condition) sumWords() string {
	where := ""
	if c.Where != nil {
		where = " where " + c.Where.Words()
	}
	return "(sum of " + c.Of + " of " + c.Relation + where + ")"
}

// valueWords writes a JSON value, or a list of them, without its punctuation.
func valueWords(value json.RawMessage) string {
	var list []any
	if json.Unmarshal(value, &list) != nil {
		return strings.Trim(string(value), `"`)
	}
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = fmt.Sprint(v)
	}
	return strings.Join(all, ", ")
}

// Words says an action as a sentence.
func (a Action) Words() string {
	switch {
	case a.AddTag != "":
		return "add tag " + a.AddTag
	case a.Hold != "":
		return "hold: " + a.Hold
	case a.Compute != nil:
		return "set " + a.Set + " to " + a.Compute.Words()
	}
	return "set " + a.Set + " to " + a.Value
}

// Words says how a value is computed.
func (e *Expression) Words() string {
	switch {
	case e.number != nil:
		return e.number.String()
	case e.field != nil:
		return e.field.Path
	case e.total != nil:
		return e.total.sumWords()
	case e.form == "":
		return `"` + e.text + `"`
	}
	with := map[string]string{sumForm: " + ", differenceForm: " - ", productForm: " × ", joinForm: " & "}[e.form]
	all := make([]string, len(e.args))
	for i := range e.args {
		all[i] = e.args[i].Words()
	}
	return "(" + strings.Join(all, with) + ")"
}
