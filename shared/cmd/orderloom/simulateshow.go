package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/cmd/trial"
	"github.com/orderloom/orderloom/shared/policy"
)

// showTrial prints a table of the orders, then what they come to.
func (s *session) showTrial(r trial.Report, explain bool) {
	var rows [][]string
	for _, o := range r.Orders {
		rows = append(rows, trialRow(o))
	}
	if len(rows) > 0 {
		s.table("ORDER | ENDS AS | WAITS FOR | TRANSITIONS | $ | DIFFERENT FROM WHAT HAPPENED", rows)
		fmt.Fprintln(s.out)
	}
	if explain {
		for _, o := range r.Orders {
			s.explainTrial(o)
		}
	}
	sum := r.Summary
	fmt.Fprintf(s.out, "%d orders, %d enter %s, %d of them wait for a person\n", sum.Orders, sum.Entered, r.Flow, sum.Waiting)
	for _, standing := range slices.Sorted(maps.Keys(sum.Standings)) {
		fmt.Fprintf(s.out, "  %6d  %s\n", sum.Standings[standing], standing)
	}
	if sum.Recorded > 0 {
		fmt.Fprintf(s.out, "%d of %d recorded orders would have become something else\n", sum.Different, sum.Recorded)
	}
	if sum.Entered > 0 {
		fmt.Fprintf(s.out, "%d transitions, %d invocations, %d write units, %d events; $%s per 1,000 orders that enter (%s)\n",
			sum.Cost.Transitions, sum.Cost.Requests, sum.Cost.WriteUnits, sum.Cost.Events, sum.PerEntered.StringFixed(4), r.Prices)
	}
}

func trialRow(o trial.Outcome) []string {
	if !o.Enters {
		return []string{o.Name, "does not enter", "-", "-", "-", "-"}
	}
	var waits []string
	for _, w := range o.Waits {
		waits = append(waits, strings.TrimSpace(w.Step+" "+w.Error))
	}
	different := "-"
	if o.Before != nil {
		different = dash(o.Differences)
	}
	return []string{o.Name, standing(o.State, o.Reason), dash(waits), strconv.Itoa(o.Use.Transitions), o.Amount.StringFixed(6), different}
}

// explainTrial prints the path of an order, and why it took it.
func (s *session) explainTrial(o trial.Outcome) {
	fmt.Fprintf(s.out, "%s\n", o.Name)
	if !o.Enters {
		s.explainPolicies(o.Entry)
	}
	for _, v := range o.Path {
		fmt.Fprintf(s.out, "  %s  %s", v.At.Format(clockLayout), v.Name)
		if v.FulfillmentOrder != "" {
			fmt.Fprintf(s.out, "  (%s)", v.FulfillmentOrder)
		}
		fmt.Fprintln(s.out)
		for _, d := range v.Decisions {
			s.explainDecision(d)
		}
	}
	for _, w := range o.Waits {
		for _, why := range w.Why {
			fmt.Fprintln(s.out, "     ", why)
		}
	}
	for _, note := range slices.Concat(o.Notes, o.NotRepeated) {
		fmt.Fprintln(s.out, "  not repeated:", note)
	}
	fmt.Fprintln(s.out)
}

func (s *session) explainDecision(d trial.Decision) {
	var words []string
	if d.Record != "" {
		words = append(words, "line "+d.Record)
	}
	if d.Taken != "" {
		words = append(words, "→ "+d.Taken)
	}
	if d.Error != "" {
		words = append(words, d.Error)
	}
	if d.Cause != "" {
		words = append(words, d.Cause)
	}
	if len(words) > 0 {
		fmt.Fprintln(s.out, "     ", strings.Join(words, ": "))
	}
	s.explainPolicies(d.Policies)
}

func (s *session) explainPolicies(all []policy.Result) {
	for _, p := range all {
		name := p.Policy
		if name == "" {
			name = p.Title
		}
		fmt.Fprintf(s.out, "        %s %s\n", name, map[bool]string{true: "holds", false: "does not hold"}[p.Holds])
		for _, rule := range p.Rules {
			for _, row := range rule.Rows {
				fmt.Fprintf(s.out, "          %-3s %s is %v; %s %s\n", map[bool]string{true: "yes", false: "no"}[row.Outcome], row.Field, row.Found, row.Operator.Words(), row.Expected)
			}
		}
	}
}
