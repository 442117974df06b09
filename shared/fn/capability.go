package fn

// Capability is something that a flow can ask of an action, whoever offers it:
// a step that authorizes a payment takes any action that implements that.
type Capability string

// The capabilities.
const (
	TaxCalculation       Capability = "tax-calculation"
	AddressResolution    Capability = "address-resolution"
	PaymentAuthorization Capability = "payment-authorization"
	PaymentCapture       Capability = "payment-capture"
	PaymentRefund        Capability = "payment-refund"
	SoftReservation      Capability = "soft-reservation"
	SourcingOptimization Capability = "sourcing-optimization"
	FulfillmentRequest   Capability = "fulfillment-request"
	ERPPosting           Capability = "erp-posting"
	Invoicing            Capability = "invoicing"
	OrderSplitting       Capability = "order-splitting"
	StockCheck           Capability = "stock-check"
	StockRelease         Capability = "stock-release"
	Notification         Capability = "notification"
	Prediction           Capability = "prediction"
)
