package trial

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow/compile/cost"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
)

// Report is what a trial found, in the order of the orders.
type Report struct {
	Flow    string    `json:"flow"`
	Title   string    `json:"title"`
	Formula string    `json:"formula"` // transitions of an order at most
	Prices  string    `json:"prices"`  // region, date and currency of the amounts
	Summary Summary   `json:"summary"`
	Steps   []Traffic `json:"steps"`
	Orders  []Outcome `json:"orders"`
}

// Summary counts orders.
type Summary struct {
	Orders     int             `json:"orders"`
	Entered    int             `json:"entered"`
	Waiting    int             `json:"waiting"`    // for a person
	Recorded   int             `json:"recorded"`   // orders of which is known what happened
	Different  int             `json:"different"`  // of these, the ones to which something else would have
	Standings  map[string]int  `json:"standings"`  // "state / reason" at the end → entered orders
	Cost       cost.Use        `json:"cost"`       // of all that entered
	Amount     decimal.Decimal `json:"amount"`     // of all that entered
	PerEntered decimal.Decimal `json:"perEntered"` // of 1,000 that enter
}

// Traffic is how many orders came to a step, and how often.
type Traffic struct {
	Step   string `json:"step"`
	Name   string `json:"name"`
	Orders int    `json:"orders"`
	Visits int    `json:"visits"`
}

// Outcome is what became of one order.
type Outcome struct {
	Record      int             `json:"record"` // its place among those that were given, from 1
	Order       string          `json:"order"`
	Name        string          `json:"name"`
	Enters      bool            `json:"enters"`
	Entry       []policy.Result `json:"entry,omitempty"` // filters that decide whether it enters
	Run         string          `json:"run,omitempty"`   // status of the execution: RUNNING when it waits
	State       order.State     `json:"state"`
	Reason      order.Reason    `json:"reason"`
	Path        []Visit         `json:"path,omitempty"`
	Events      []Happened      `json:"events"`
	Waits       []Waiting       `json:"waits,omitempty"`
	Use         cost.Use        `json:"use"`
	Amount      decimal.Decimal `json:"amount"`
	Before      *Before         `json:"before,omitempty"` // what happened, of a recorded order
	Differences []string        `json:"differences,omitempty"`
	NotRepeated []string        `json:"notRepeated,omitempty"` // events that came from outside
	Notes       []string        `json:"notes,omitempty"`
}

// Visit is a stay at a step.
type Visit struct {
	Step             string     `json:"step,omitempty"` // "" for the end of a canceled order
	Name             string     `json:"name"`
	FulfillmentOrder string     `json:"fulfillmentOrder,omitempty"`
	At               time.Time  `json:"at"` // in the time of the trial
	Events           []string   `json:"events,omitempty"`
	Decisions        []Decision `json:"decisions,omitempty"`
}

// Happened is an event on a record.
type Happened struct {
	Event  string       `json:"event"`
	Entity event.Entity `json:"entity"`
	Record string       `json:"record,omitempty"` // line or fulfillment order
}
