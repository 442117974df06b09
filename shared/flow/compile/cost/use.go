package cost

import "github.com/shopspring/decimal"

// Use is what an order took, counted where it ran.
type Use struct {
	Transitions int `json:"transitions"` // Standard, retries included
	Requests    int `json:"requests"`    // invocations of functions
	WriteUnits  int `json:"writeUnits"`
	Events      int `json:"events"`
}

// Plus adds up.
func (u Use) Plus(o Use) Use {
	return Use{u.Transitions + o.Transitions, u.Requests + o.Requests, u.WriteUnits + o.WriteUnits, u.Events + o.Events}
}

// Of is what it costs. How long a function runs is assumed.
func (t Table) Of(u Use) decimal.Decimal {
	times := func(n int, price decimal.Decimal) decimal.Decimal { return price.Mul(decimal.NewFromInt(int64(n))) }
	return times(u.Transitions, t.Prices.Transition).Add(times(u.Requests, t.Prices.Request)).Add(times(u.Requests, t.gbSeconds())).
		Add(times(u.WriteUnits, t.Prices.WriteUnit)).Add(times(u.Events, t.Prices.Event))
}

// gbSeconds is the price of the time that one invocation takes.
func (t Table) gbSeconds() decimal.Decimal {
	a := t.Assumed
	return t.Prices.GBSecond.Mul(decimal.NewFromInt(int64(a.Milliseconds) * int64(a.MemoryMB))).Div(decimal.NewFromInt(1000 * 1024))
}
