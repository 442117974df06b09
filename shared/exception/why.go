package exception

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/orderloom/orderloom/shared/policy"
)

// Why explains the cause in sentences: the rules that are not met, with what was
// found, and what a person can do about it. It is empty when Cause says it all.
func (e Exception) Why() []string {
	var f struct {
		Field string `json:"field"`
		Value string `json:"value"`
		Hint  string `json:"hint"`
		Data  struct {
			Policies []policy.Result `json:"policies"`
		} `json:"data"`
	}
	if json.Unmarshal(e.Data, &f) != nil {
		return nil // no explanation, or one that is not ours
	}
	var all []string
	for _, p := range f.Data.Policies {
		all = append(all, unmet(p)...)
	}
	if f.Value != "" && len(all) == 0 {
		all = append(all, f.Field+" is "+f.Value)
	}
	if f.Hint != "" {
		all = append(all, f.Hint)
	}
	return all
}

// unmet explains the rules of a policy that does not hold.
func unmet(p policy.Result) []string {
	if len(p.Ambiguous) > 0 {
		return []string{p.Title + ": only one of its rules may be met, not " + strings.Join(p.Ambiguous, " and ")}
	}
	var all []string
	for _, rule := range p.Rules {
		if rule.Met || p.Holds {
			continue
		}
		text := "Not met: " + rule.Name
		for _, row := range rule.Rows {
			if !row.Outcome {
				text += "; " + explained(row)
			}
		}
		all = append(all, text)
	}
	return all
}

// explained is one row in words: "order.shipTo.country is AQ, not in US, CA".
func explained(row policy.RowResult) string {
	text := row.Field
	if row.Record != "" {
		text += " of " + row.Record
	}
	if row.Found == nil {
		text += " is not there"
	} else {
		text += fmt.Sprintf(" is %v", row.Found)
	}
	text += ", not " + row.Operator.Words() + " " + values(row.Expected)
	if row.ExpectedField != "" {
		text += " (" + row.ExpectedField + ")"
	}
	return text
}

// values writes a JSON value, or a list of them, without its punctuation.
func values(expected json.RawMessage) string {
	var list []any
	if json.Unmarshal(expected, &list) != nil {
		var one any
		if json.Unmarshal(expected, &one) != nil {
			return ""
		}
		list = []any{one}
	}
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = fmt.Sprint(v)
	}
	return strings.Join(all, ", ")
}
