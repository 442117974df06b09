// Package cost prices what one order takes on its longest way through a compiled
// flow. Prices and assumptions are data, in prices.json, with their date and
// region.
package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/compile"
)

//go:embed prices.json
var pricesJSON []byte

// Table is a price list and what is assumed of orders and functions.
type Table struct {
	Region   string `json:"region"`
	Date     string `json:"date"` // when the prices were read
	Currency string `json:"currency"`
	Prices   struct {
		Transition decimal.Decimal `json:"standardTransition"`
		Request    decimal.Decimal `json:"lambdaRequest"`
		GBSecond   decimal.Decimal `json:"lambdaGBSecond"` // arm64
		WriteUnit  decimal.Decimal `json:"dynamoDBWriteUnit"`
		Event      decimal.Decimal `json:"eventBridgeEvent"`
		Express    decimal.Decimal `json:"expressRequest"`
		ExpressGB  decimal.Decimal `json:"expressGBSecond"`
	} `json:"prices"`
	Assumed Assumptions `json:"assumed"`
}

// Assumptions are what a drawing does not say.
type Assumptions struct {
	Lines             int      `json:"lines"`             // of an order
	FulfillmentOrders int      `json:"fulfillmentOrders"` // of an order, with one shipment each
	MemoryMB          int      `json:"memoryMB"`          // of a function
	StretchMB         int      `json:"stretchMB"`         // of an Express execution: what is paid for at least
	Milliseconds      int      `json:"milliseconds"`      // of an invocation
	UnitsPerChange    int      `json:"unitsPerChange"`    // state and journal in a transaction, outbox mark on and off
	UnitsPerWait      int      `json:"unitsPerWait"`      // both halves of a rendezvous
	UnitsPerStockItem int      `json:"unitsPerStockItem"` // of a reservation: its guard, and one for each line
	EventsPerLine     []string `json:"eventsPerLine"`     // applied events that also announce one for each line
}

// Prices reads the price list that comes with this program.
func Prices() (Table, error) {
	var t Table
	if err := json.Unmarshal(pricesJSON, &t); err != nil {
		return t, fault.Wrap(err, fault.Internal, "reading the prices")
	}
	return t, nil
}

// Estimate is what 1,000 orders cost.
type Estimate struct {
	Flow     string          `json:"flow"`
	Formula  string          `json:"formula"` // in Standard transitions, at most
	Region   string          `json:"region"`
	Date     string          `json:"date"`
	Currency string          `json:"currency"`
	Items    []Item          `json:"items"`
	Total    decimal.Decimal `json:"total"`
	Assumed  []string        `json:"assumed"`
}

// Item is one thing that is paid for.
type Item struct {
	Service string          `json:"service"`
	What    string          `json:"what"`
	Count   decimal.Decimal `json:"count"`
	Price   decimal.Decimal `json:"price"` // of one
	Cost    decimal.Decimal `json:"cost"`
}

const orders = 1000

// Of prices a compiled flow.
func Of(r compile.Result, t Table) (Estimate, error) {
	use, stretches, err := used(r, t.Assumed)
	if err != nil {
		return Estimate{}, err
	}
	a := t.Assumed
	e := Estimate{Flow: r.Doc.ID, Formula: r.Transitions.String(), Region: t.Region, Date: t.Date, Currency: t.Currency, Assumed: a.words(stretches > 0)}
	add := func(service, what string, count, price decimal.Decimal) {
		i := Item{service, what, count, price, count.Mul(price)}
		e.Items, e.Total = append(e.Items, i), e.Total.Add(i.Cost)
	}
	whole := func(n int) decimal.Decimal { return decimal.NewFromInt(int64(n) * orders) }
	seconds := whole(use.requests).Mul(decimal.New(int64(a.Milliseconds), -3))
	add("Step Functions", "Standard transitions", whole(use.transitions), t.Prices.Transition)
	if stretches > 0 {
		add("Step Functions", "Express requests", whole(stretches), t.Prices.Express)
		add("Step Functions", "Express GB-seconds", gigabytes(express(stretches, use.requests, a), a.StretchMB), t.Prices.ExpressGB)
	}
	add("Lambda", "requests", whole(use.requests), t.Prices.Request)
	add("Lambda", "GB-seconds", gigabytes(seconds, a.MemoryMB), t.Prices.GBSecond)
	add("DynamoDB", "write units", whole(use.units), t.Prices.WriteUnit)
	add("EventBridge", "events", whole(use.events), t.Prices.Event)
	return e, nil
}

// used is what an order takes: the machine's transitions, the stretches, and what
// the states call, which is the same whatever the profile.
func used(r compile.Result, a Assumptions) (use usage, stretches int, err error) {
	machine := r.Machine
	if r.Standard != nil {
		machine = r.Standard
	}
	perOrder, perItem, perLine, err := longest(machine, a)
	use = perOrder.plus(perItem.times(a.FulfillmentOrders)).plus(perLine.times(a.Lines))
	if r.Standard != nil {
		t := r.Transitions
		use.transitions = t.PerOrder + a.FulfillmentOrders*t.PerFulfillmentOrder + a.Lines*t.PerLine
		stretches = t.Stretches.PerOrder + a.FulfillmentOrders*t.Stretches.PerFulfillmentOrder
	}
	return use, stretches, err
}

// express is how many seconds the stretches of all orders take when they make
// all of the calls; each is rounded up to tenths.
func express(stretches, calls int, a Assumptions) decimal.Decimal {
	tenths := (calls*a.Milliseconds + stretches*100 - 1) / (stretches * 100)
	return decimal.New(int64(tenths*stretches)*orders, -1)
}

func gigabytes(seconds decimal.Decimal, memoryMB int) decimal.Decimal {
	return seconds.Mul(decimal.NewFromInt(int64(memoryMB))).Div(decimal.NewFromInt(1024))
}

// words are the assumptions as a reader needs them.
func (a Assumptions) words(stretches bool) []string {
	words := []string{
		fmt.Sprintf("an order has %s and %s with one shipment each", plural(a.Lines, "line"), plural(a.FulfillmentOrders, "fulfillment order")),
		"it takes the longest way that goes back nowhere; nothing fails, is tried again or runs out of time",
		fmt.Sprintf("an invocation takes %d ms of %d MB (arm64)", a.Milliseconds, a.MemoryMB),
		fmt.Sprintf("an event that is applied takes %d write units (state and journal in a transaction, outbox mark on and off), a wait %d, a reservation %d for itself and for each line", a.UnitsPerChange, a.UnitsPerWait, a.UnitsPerStockItem),
		fmt.Sprintf("an event that is applied is announced once, and %s once more for each line", strings.Join(a.EventsPerLine, " and ")),
		"what no state of the machine calls is not counted: intake, the publishing of events, reads, logs, storage",
	}
	if stretches {
		words = append(words, fmt.Sprintf("a stretch takes as long as what it calls, rounded up to 100 ms, of %d MB; all calls are counted as if stretches made them", a.StretchMB))
	}
	return words
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

// String is the estimate for people.
func (e Estimate) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "transitions of %s, at most: %s\n\n", e.Flow, e.Formula)
	fmt.Fprintf(&b, "1,000 orders, list prices of %s as of %s, in %s:\n", e.Region, e.Date, e.Currency)
	for _, i := range e.Items {
		fmt.Fprintf(&b, "  %-14s  %-20s  %9s  x %-12s = %8s\n", i.Service, i.What, grouped(i.Count), i.Price, i.Cost.StringFixed(4))
	}
	fmt.Fprintf(&b, "  %-14s  %-20s  %9s    %-12s   %8s\n\nAssumed:\n", "total", "", "", "", e.Total.StringFixed(4))
	for _, a := range e.Assumed {
		fmt.Fprintf(&b, "  - %s\n", a)
	}
	return b.String()
}

// grouped writes a count with commas between thousands.
func grouped(d decimal.Decimal) string {
	whole, rest, _ := strings.Cut(d.String(), ".")
	n, err := strconv.Atoi(whole)
	if err != nil || n < 1000 {
		return d.String()
	}
	out := fmt.Sprintf("%d,%03d", n/1000, n%1000)
	if rest != "" {
		out += "." + rest
	}
	return out
}
