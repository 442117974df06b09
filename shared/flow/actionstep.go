package flow

import (
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fn"
)

// Steps that ask something definite of whoever offers it.
const (
	CalculateTax       StepType = "calculate-tax"
	ResolveAddress     StepType = "resolve-address"
	AuthorizePayment   StepType = "authorize-payment"
	CapturePayment     StepType = "capture-payment"
	RefundPayment      StepType = "refund-payment"
	CheckStock         StepType = "check-stock"
	SoftReserve        StepType = "soft-reserve"
	ReleaseStock       StepType = "release-stock"
	OptimizeSourcing   StepType = "optimize-sourcing"
	SplitOrder         StepType = "split-order"
	RequestFulfillment StepType = "request-fulfillment"
	SendToERP          StepType = "send-to-erp"
	SendToInvoice      StepType = "send-to-invoice"
	Notify             StepType = "notify"
	Predict            StepType = "predict"
)

// ActionStep is a step type that stands for a capability: it takes any action
// that implements it. What such a step does beside the call is in its row; a
// type whose row names no event says only through its action what happened.
type ActionStep struct {
	Type      StepType
	Inside    bool // possible inside a for-each
	Outside   bool
	Needs     fn.Capability
	Does      string   // in words: "no action <does> yet"
	Offer     string   // what would offer it
	Function  string   // of Orderloom itself, which stands behind the type: the step names no action
	Fields    []string // beside those of every call
	Success   string   // event that is raised with what the call returned; "": none
	Negative  Negative // the failure that the business expects
	Skippable bool     // a person may go on without it
	Harmless  bool     // to call again although it was done
}

// Negative is the failure of a call that is an answer, not a mishap.
type Negative struct {
	Code  string // as the function reports it; "": there is none
	Event string // that is raised
	State string // what the state is called that raises it
}

// OutOfStock is the failure of a check that finds too little.
const OutOfStock = "Inventory.OutOfStock"

// ActionSteps is the table, in the order of an order's life. Types without a
// function get their events with it: an event that nothing raises is no fact.
func ActionSteps() []ActionStep { return slices.Clone(actionSteps) }

// actionSteps never changes.
var actionSteps = []ActionStep{
	{Type: ResolveAddress, Outside: true, Needs: fn.AddressResolution, Does: "checks addresses", Offer: "an address service"},
	{Type: CalculateTax, Outside: true, Needs: fn.TaxCalculation, Does: "calculates taxes", Offer: "a tax service"},
	{Type: Predict, Outside: true, Needs: fn.Prediction, Does: "predicts", Offer: "a model's endpoint", Fields: []string{"score", "most", "policies"}, Success: event.OrderScored, Skippable: true, Harmless: true},
	{Type: AuthorizePayment, Outside: true, Needs: fn.PaymentAuthorization, Does: "authorizes payments", Offer: "a payment service"},
	{Type: CheckStock, Outside: true, Needs: fn.StockCheck, Does: "checks stock", Offer: "Orderloom's inventory", Function: "inventory/check",
		Negative: Negative{OutOfStock, event.OrderShortageDetected, "Short"}, Skippable: true},
	{Type: SoftReserve, Outside: true, Needs: fn.SoftReservation, Does: "reserves stock for a while", Offer: "an inventory service"},
	{Type: OptimizeSourcing, Outside: true, Needs: fn.SourcingOptimization, Does: "optimizes sourcing", Offer: "an optimizer"},
	{Type: SplitOrder, Outside: true, Needs: fn.OrderSplitting, Does: "splits orders", Offer: "an optimizer"},
	{Type: ReleaseStock, Outside: true, Needs: fn.StockRelease, Does: "gives stock back", Offer: "Orderloom's inventory", Function: "inventory/release", Success: event.OrderReleased, Harmless: true},
	{Type: RequestFulfillment, Inside: true, Needs: fn.FulfillmentRequest, Does: "checks and creates fulfillment requests", Offer: "a fulfillment service", Fields: []string{"mode"}},
	{Type: CapturePayment, Inside: true, Outside: true, Needs: fn.PaymentCapture, Does: "captures payments", Offer: "a payment service"},
	{Type: RefundPayment, Outside: true, Needs: fn.PaymentRefund, Does: "refunds payments", Offer: "a payment service"},
	{Type: SendToInvoice, Inside: true, Outside: true, Needs: fn.Invoicing, Does: "invoices", Offer: "an invoicing service"},
	{Type: SendToERP, Inside: true, Outside: true, Needs: fn.ERPPosting, Does: "posts to an ERP", Offer: "an ERP"},
	{Type: Notify, Inside: true, Outside: true, Needs: fn.Notification, Does: "notifies", Offer: "a webhook or e-mail service", Success: event.OrderNotified, Skippable: true},
}

// ActionStepOf finds the row of a step type.
func ActionStepOf(t StepType) (ActionStep, bool) {
	for _, a := range actionSteps {
		if a.Type == t {
			return a, true
		}
	}
	return ActionStep{}, false
}

// IsNegative reports whether an event says that the business got no for an answer.
func IsNegative(name string) bool {
	return slices.ContainsFunc(actionSteps, func(a ActionStep) bool { return a.Negative.Event == name && name != "" })
}

// fields lists the fields that the type has beside those of all steps.
func (a ActionStep) fields() []string {
	all := append([]string{"next", "retry", "timeout", "onFailure"}, a.Fields...)
	if a.Function == "" {
		all = append(all, "action", "instance", "parameters")
	}
	return all
}

// actionTypes lists the types that are possible inside a for-each, or outside.
func actionTypes(inside, outside bool) []StepType {
	var all []StepType
	for _, a := range actionSteps {
		if a.Inside && inside || a.Outside && outside {
			all = append(all, a.Type)
		}
	}
	return all
}

// Modes of a request-fulfillment step.
const (
	ModeCheck          = "check"          // only ask whether the location can
	ModeCreate         = "create"         // only create it
	ModeCheckAndCreate = "checkAndCreate" // both
)
