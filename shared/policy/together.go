package policy

import (
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
)

// This file evaluates the policies of a step together.

// Why explains an event by the policies that led to it.
type Why struct {
	Policies []Result `json:"policies"`
}

// EvaluateAll reports whether all critical policies hold. Policies are evaluated
// in the order of the step, each on the record with what the ones before it did;
// all are, so that a person sees all that is wrong.
func EvaluateAll(policies []Policy, record Record, do func(Action)) ([]Result, bool) {
	ok := true
	results := make([]Result, len(policies))
	for i, p := range policies {
		results[i] = Evaluate(p, record)
		ok = ok && (results[i].Holds || p.Criticality != Critical) && results[i].hold() == ""
		for _, a := range results[i].Actions {
			do(a)
		}
	}
	return results, ok
}

// hold: a policy that places a hold stops the record like a critical one; the
// person who skips the step releases it.
func (res Result) hold() string {
	for _, a := range res.Actions {
		if a.Hold != "" {
			return a.Hold
		}
	}
	return ""
}

// MaxExplained bounds how many results a failure carries: it travels through the
// machine, whose states take 256 KiB. The events carry all.
const MaxExplained = 50

// NotMet says in one sentence which policies stop a record.
func NotMet(record string, results []Result) *fault.Error {
	var stops []Result
	var reasons []string
	for _, res := range results {
		reason := res.hold()
		if reason == "" && !res.Holds && res.Criticality == Critical {
			reason = "policy \"" + res.Title + "\" does not hold"
			if len(res.Ambiguous) > 0 {
				reason += ": only one of its rules may be met, not " + strings.Join(res.Ambiguous, " and ")
			}
		}
		if reason == "" {
			continue
		}
		stops = append(stops, res)
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	return fault.New(fault.PolicyNotMet, "%s", strings.Join(reasons, "; ")).On(record, firstUnmet(stops)).With(Why{stops[:min(len(stops), MaxExplained)]})
}

// firstUnmet is the first field that was not as expected.
func firstUnmet(results []Result) string {
	for _, res := range results {
		for _, rule := range res.Rules {
			for _, row := range rule.Rows {
				if !row.Outcome {
					return row.Field
				}
			}
		}
	}
	return ""
}
