// Package flow is the flow document: the drawing of a business user, the
// contract between its compiled machine and the functions, and the catalog of
// everything that a drawing may use.
package flow

import (
	"encoding/json"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order"
)

// This file is the contract between a compiled machine and the functions that
// its states call. The compiler writes these inputs; the functions read them.

// ExecutionInput starts one run of a flow for one order.
type ExecutionInput struct {
	Order string `json:"order"` // order id
	Flow  string `json:"flow"`
	Run   string `json:"run"` // "<order>-<flow>-<n>": also the execution's name and the first part of every key
}

// StepInput is what every function that a step calls gets; the other inputs
// embed it.
type StepInput struct {
	Order            string   `json:"order"`
	Run              string   `json:"run"`
	Step             string   `json:"step"` // the step's id in the flow document
	Key              string   `json:"key"`  // idempotency key: run, step, round and fulfillment order or line; never a token or attempt
	FulfillmentOrder string   `json:"fulfillmentOrder,omitempty"`
	Line             string   `json:"line,omitempty"` // inside a for-each over lines
	Want             []string `json:"want,omitempty"` // facts the following conditions need, e.g. "order.shipTo.country"
}

// StepResult is what every platform function returns.
type StepResult struct {
	Version int64          `json:"version"` // of the order's status
	Facts   map[string]any `json:"facts"`   // one entry per Want that has a value; money as integer minor units
}

// PoliciesInput: orders/apply-policies evaluates the policies in order, applies
// their actions, raises the event of the outcome, and fails with Policy.NotMet
// (after recording everything) when a critical policy does not hold.
type PoliciesInput struct {
	StepInput
	Entity   string   `json:"entity"`   // order | line: what the policies look at
	Policies []string `json:"policies"` // "<id>@<version>"
	Raises   Raises   `json:"raises"`
	Score    *Score   `json:"score,omitempty"` // that the policies write, on the order
}

// Score is a number from 0 to Most that a step writes onto an order, as an
// attribute of that name.
type Score struct {
	Name string `json:"name"`
	Most int    `json:"most"` // 1 or 100
}

// Raises names the events of a step's outcome on the records of its entity.
type Raises struct {
	Success string `json:"success"` // e.g. OrderHeaderValidated
	Failure string `json:"failure"`
}

// SetInput: orders/set-fields does the actions, in the words of policies, on the
// order, on each of its lines or on the one line that the step is about, and
// raises OrderEnriched.
type SetInput struct {
	StepInput
	Entity string          `json:"entity"` // order | line
	Set    json.RawMessage `json:"set"`    // a list of actions
}

// RaiseInput: orders/raise-event raises an event that is declared beside the
// catalog, with computed values, in the words of policies, as its payload.
type RaiseInput struct {
	StepInput
	Event  string                     `json:"event"`
	Values map[string]json.RawMessage `json:"values,omitempty"`
}

// AssignInput: sourcing/assign evaluates assignment policies per line and
// returns a location for each shippable line; it writes nothing. It fails with
// Sourcing.NoLocation when a line gets none.
type AssignInput struct {
	StepInput
	Policies []string `json:"policies"`
}

// AssignResult is the payload of OrderSourced.
type AssignResult struct {
	Assignments []Assignment `json:"assignments"`
	Goods       int64        `json:"goods,omitempty"` // edition of the goods that it looked at
}

// Assignment gives a quantity of a line to a location.
type Assignment = order.Assignment

// ReserveInput: inventory/reserve takes stock for every assigned line, all or
// nothing. When stock is short it returns Reserved=false, having queued the
// order for the missing stock; the machine then waits for signal "stock".
// inventory/release takes the same input and gives everything back.
type ReserveInput struct {
	StepInput
	Signal string `json:"signal,omitempty"` // raised when the missing stock may have arrived
}

// ReserveResult is the payload of OrderReserved and OrderReservationFailed.
type ReserveResult struct {
	Reserved bool       `json:"reserved"`
	Missing  []Shortage `json:"missing,omitempty"`
	Goods    int64      `json:"goods,omitempty"` // edition of the goods that it looked at
}

// Shortage says which stock is short.
type Shortage = order.Shortage

// ApplyInput: orders/apply-event applies an event with its payload to the order
// (Event may be empty: then it only waits, or lists the lines). With Await it writes the waiter's
// half of a rendezvous and the state waits on the task token.
type ApplyInput struct {
	StepInput
	Event   string          `json:"event,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
	Await   *Await          `json:"await,omitempty"`
	Lines   bool            `json:"lines,omitempty"` // list the lines, for a for-each
	Ends    bool            `json:"ends,omitempty"`  // tell the step that runs this sub-flow that it has ended
}

// ApplyResult has, when they are asked for, the ids of the lines that are not
// canceled, in the order of the document.
type ApplyResult struct {
	StepResult
	Lines []string `json:"lines,omitempty"`
}

// StepFailure is the payload of OrderStepAbandoned.
type StepFailure struct {
	FulfillmentOrder string          `json:"fulfillmentOrder,omitempty"`
	Line             string          `json:"line,omitempty"`
	Error            string          `json:"error"` // failure code
	Cause            string          `json:"cause"`
	Data             json.RawMessage `json:"data,omitempty"` // the fault
}

// Await is the waiter's half of a rendezvous.
type Await struct {
	Signal string      `json:"signal"`          // unique in the order, e.g. "shipment/fo_…/2"
	Token  string      `json:"token"`           // task token; kept in the table, never logged
	Event  *AwaitEvent `json:"event,omitempty"` // of a wait for an event
}

// AwaitEvent says which event ends a wait; one that happened before counts.
type AwaitEvent struct {
	Name   string `json:"name"`
	Entity string `json:"entity,omitempty"` // id of the record that it must happen to
	After  int64  `json:"after"`            // sequence number of the one that ended the step's wait before
}

// PlanInput: orders/create-fulfillment-orders makes one fulfillment order per
// assigned location.
type PlanInput struct{ StepInput }

// PlanResult lists what a Map state iterates over.
type PlanResult struct {
	StepResult
	FulfillmentOrders []PlannedOrder `json:"fulfillmentOrders"`
}

// PlannedOrder is one iteration.
type PlannedOrder struct {
	ID       string `json:"id"`
	Location string `json:"location"`
}

// ActionInput: a provider action, e.g. shipstation/create-order. Instance is a
// provider instance id, or "channel" for the instance the order came through.
type ActionInput struct {
	StepInput
	Instance   string          `json:"instance"`
	Shipment   int             `json:"shipment,omitempty"` // number of the shipment it is about
	Mode       string          `json:"mode,omitempty"`     // of a fulfillment request: check | create | checkAndCreate
	Parameters json.RawMessage `json:"parameters,omitempty"`
	Event      *event.Event    `json:"event,omitempty"` // of a binding: what happened
}

// ShipmentSignal is the output of a wait for the next shipment.
type ShipmentSignal struct {
	Shipment int  `json:"shipment"` // number of the shipment, from 1
	Complete bool `json:"complete"` // nothing of the fulfillment order is left to ship
}

// ExceptionInput: orders/raise-exception records an exception and waits on
// Token for a person's answer.
type ExceptionInput struct {
	StepInput
	Error   string   `json:"error"` // failure code
	Cause   string   `json:"cause"` // fault as JSON text
	Answers []Answer `json:"answers"`
	Token   string   `json:"token"`
}

// Answer is what a person may answer to an exception.
type Answer string

const (
	Reprocess Answer = "reprocess" // run the same step again on the current data
	Skip      Answer = "skip"      // go on with the next step
	Cancel    Answer = "cancel"    // cancel the order
)

// ExceptionAnswer is the output of the wait.
type ExceptionAnswer struct {
	Answer Answer `json:"answer"`
}
