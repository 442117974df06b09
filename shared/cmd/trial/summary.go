package trial

import (
	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/flow"
)

// startState is the state before the first step.
const startState = flow.StartState

// report sums up what became of the orders.
func (d *draft) report(runs []*run) Report {
	out := Report{
		Flow: d.Doc.ID, Title: d.Doc.Title, Formula: d.Transitions.String(), Prices: d.prices.Region + ", " + d.prices.Date + ", " + d.prices.Currency,
		Summary: Summary{Orders: len(runs), Standings: map[string]int{}}, Orders: make([]Outcome, len(runs)),
	}
	visits, orders := map[string]int{}, map[string]int{}
	for i, r := range runs {
		out.Orders[i] = r.outcome
		out.Summary.add(r.outcome)
		seen := map[string]bool{}
		for _, v := range r.outcome.Path {
			visits[v.Step]++
			if !seen[v.Step] {
				orders[v.Step]++
			}
			seen[v.Step] = true
		}
	}
	if n := out.Summary.Entered; n > 0 {
		out.Summary.PerEntered = out.Summary.Amount.Mul(decimal.NewFromInt(1000)).DivRound(decimal.NewFromInt(int64(n)), 6)
	}
	d.each(d.Doc.Scope, func(s *flow.Step) {
		out.Steps = append(out.Steps, Traffic{s.ID, s.Name, orders[s.ID], visits[s.ID]})
	})
	return out
}

// each visits the steps in the order of the drawing.
func (d *draft) each(sc flow.Scope, visit func(*flow.Step)) {
	for i := range sc.Steps {
		visit(&sc.Steps[i])
		d.each(sc.Steps[i].Inner, visit)
	}
}

func (s *Summary) add(o Outcome) {
	if o.Before != nil {
		s.Recorded++
	}
	if len(o.Differences) > 0 {
		s.Different++
	}
	if !o.Enters {
		return
	}
	s.Entered++
	s.Standings[string(o.State)+" / "+string(o.Reason)]++
	if len(o.Waits) > 0 {
		s.Waiting++
	}
	s.Cost = s.Cost.Plus(o.Use)
	s.Amount = s.Amount.Add(o.Amount)
}
