package flow

import (
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy"
)

// Format is the version of the flow document format that this package reads.
const Format = "1.0"

// Document is one flow as it is drawn. statemachines/README.md says what each
// field means. Canvas positions are in Layout, apart from meaning.
type Document struct {
	Format      string
	ID          string
	Title       string
	Description string
	Type        string         // what flows through it: "order", or the id of a declared entity
	Entity      *entity.Entity // what flows through it when that is no order
	Profile     string         // how it is compiled: Standard or Compact
	Entry       Entry
	MaxLines    int // of one order, for the bounds the compiler checks
	Scope
	Layout map[string]Point // by step id
}

// Profiles: the same steps with the same outcome, differently cut.
const (
	Standard = "standard" // every step is a visible state
	Compact  = "compact"  // what waits for nothing is run by Express machines
)

// Entry says which records enter the flow.
type Entry struct {
	Event  string   // name of the event that brings a record to the flow, or SubFlowEntry
	Filter []string // filter policies, "<id>@<version>"; all must hold

	// Alongside lists other flows that a record may enter as well as this one.
	Alongside []string
}

// Scope is a drawing: the document's own, or one inside a for-each or parallel step.
type Scope struct {
	Start string
	Steps []Step
}

// Point is a position on the canvas.
type Point struct{ X, Y int }

// StepType says what a step does.
type StepType string

// The step types.
const (
	ValidateHeader          StepType = "validate-header"
	ValidateLines           StepType = "validate-lines"
	AssignSource            StepType = "assign-source"
	Reserve                 StepType = "reserve"
	CreateFulfillmentOrders StepType = "create-fulfillment-orders"
	ForEach                 StepType = "for-each"
	Splitter                StepType = "splitter"
	ConditionStep           StepType = "condition"
	SendToFulfillment       StepType = "send-to-fulfillment"
	WaitForShipment         StepType = "wait-for-shipment"
	ProviderAction          StepType = "provider-action"
	WaitStep                StepType = "wait"
	HoldStep                StepType = "hold"
	ApprovalStep            StepType = "approval"
	SetFields               StepType = "set-fields"
	RaiseEvent              StepType = "raise-event"
	Parallel                StepType = "parallel"
	Merge                   StepType = "merge"
	WaitForEvent            StepType = "wait-for-event"
	SubFlow                 StepType = "sub-flow"
	End                     StepType = "end"
)

// Step is one tile. Which fields a type has is in fieldsOf.
type Step struct {
	At          string // where it stands in the document, a JSON pointer
	ID          string
	Name        string // the user's name, unique in the document: name of its state
	Description string
	Type        StepType
	Next        Edge

	Policies   []string        // execution policies, in the order of evaluation
	Action     string          // function id of a provider action
	Instance   string          // provider instance id, or "channel"
	Parameters json.RawMessage // nil when there are none
	Raises     string          // event applied with the action's result as payload
	ARN        string          // lambda: of the function, or HereARN and its name
	RetryOn    []string        // lambda: failures of its own that pass
	Mode       string          // request-fulfillment
	Score      string          // predict: name of the attribute that it sets
	Most       int             // predict: the highest score, 1 or 100

	OnFailure string        // or, of wait-for-event, onDeadline. "": an exception; ToContinue; or the id of a step
	Retry     *Retry        // override of what the function declares
	Timeout   time.Duration // of one attempt; 0: the function's own
	Deadline  time.Duration // of a wait, of an approval and, optionally, of a hold

	Wait Again // reserve: how often to wait for stock again

	Branches  []Branch // splitter, in the order in which they are tried
	Otherwise Edge     // splitter
	When      *policy.Condition
	Outcome   Outcome // condition: instead of When
	Yes, No   Edge    // condition, approval

	For   time.Duration // wait: how long
	Until Date          // wait: until when, instead of For

	Reason   string // hold
	Who      string // approval: whose answer is wanted
	Question string // approval
	Default  Late   // hold and approval: what happens when nobody answers in time

	Entity event.Entity    // set-fields: order, or each line
	Set    json.RawMessage // set-fields: a list of actions as in policies

	Event   string          // raise-event: name of a declared event; wait-for-event: name of any that happens to orders
	Payload json.RawMessage // raise-event: computed values by name; nil when there are none

	Each        string // for-each: FulfillmentOrderItems or LineItems
	Concurrency int    // for-each: iterations at a time, 0: all
	Maximum     int    // for-each over fulfillment orders: number of them that the flow is made for
	Inner       Scope  // for-each

	Parallel []Drawing // parallel, in the order of the document

	Flow string // sub-flow: id of the flow that is run
}

// Drawing is a branch of a parallel.
type Drawing struct {
	Name string
	Scope
}

// Outcome asks how another step ended.
type Outcome struct {
	Step string // id; "" when nothing is asked
	Is   string // OutcomeSucceeded or OutcomeFailed
}

// Date is a date of the order, moved.
type Date struct {
	Field  string // path of a field of type time; "" when there is no date
	Offset time.Duration
}

// Late is what becomes of a step that nobody answers in time.
type Late string

// What a document may say: for a hold the first two, for an approval the others.
const (
	LateContinue  Late = "continue"
	LateException Late = "exception"
	LateApprove   Late = "approve"
	LateReject    Late = "reject"
)

// Edge leads to a step. An edge that goes back is marked with how often an
// execution may take it.
type Edge struct {
	To    string
	Again Again
}

// Again is the maximum of an edge that goes back, 0 when it does not.
type Again int

// ToException is the target of a splitter's otherwise that puts the order on
// the exception list.
const ToException = "exception"

// ToContinue is the onFailure of a step whose failure changes nothing about the
// way of the order.
const ToContinue = "continue"

// Branch is one way out of a splitter.
type Branch struct {
	Name   string
	Filter []string // filter policies; all must hold
	To     Edge
}

// Retry overrides how often an attempt that failed for a passing reason is
// repeated.
type Retry struct {
	Attempts int           // 0: never
	Interval time.Duration // before the first repetition
	Rate     float64       // factor from one interval to the next
	MaxDelay time.Duration // cap of an interval
}

// What a for-each repeats for.
const (
	FulfillmentOrderItems = "fulfillmentOrder"
	LineItems             = "line"
)
