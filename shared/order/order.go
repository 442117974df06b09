// Package order is the canonical order: the document every channel's format is
// mapped to, the status Orderloom keeps beside it, and the transition table
// that says which event may move which record where.
//
// A Document is what the channel said and changes only when the channel or a
// person changes it. A Status is what happened to it here. Amounts are decimal
// strings in the document's currency; times are RFC 3339 UTC.
package order

import "time"

// Limits on one document.
const (
	MaxLines         = 2000
	MaxDocumentBytes = 5 << 20
)

// Document is an order as its channel states it, in Orderloom's words.
type Document struct {
	Organization  string            `json:"organization"`
	Company       string            `json:"company"`
	Channel       string            `json:"channel"`    // e.g. "demo-shop"
	Instance      string            `json:"instance"`   // provider instance it came through
	ExternalID    string            `json:"externalId"` // the channel's key of the order
	Name          string            `json:"name"`       // the channel's order name, "#1001"
	PlacedAt      time.Time         `json:"placedAt"`
	UpdatedAt     time.Time         `json:"updatedAt"`      // the document's own update time: its version
	Currency      string            `json:"currency"`       // ISO 4217
	PaymentStatus string            `json:"paymentStatus"`  // pending, authorized, partiallyPaid, paid, partiallyRefunded, refunded, voided, unknown
	Risk          string            `json:"risk,omitempty"` // low, medium, high
	Customer      Customer          `json:"customer"`
	BillTo        *Address          `json:"billTo,omitempty"`
	ShipTo        *Address          `json:"shipTo,omitempty"`
	Lines         []Line            `json:"lines"`
	Discounts     []Discount        `json:"discounts,omitempty"`
	Taxes         []Tax             `json:"taxes,omitempty"`
	ShippingLines []ShippingLine    `json:"shippingLines,omitempty"`
	Totals        Totals            `json:"totals"`
	Note          string            `json:"note,omitempty"`
	Attributes    map[string]string `json:"attributes,omitempty"`
	Tags          []string          `json:"tags,omitempty"`
	RequestedAt   *time.Time        `json:"requestedAt,omitempty"` // delivery date the customer asked for
	PromisedAt    *time.Time        `json:"promisedAt,omitempty"`  // delivery date promised to the customer
	ShipBy        *time.Time        `json:"shipBy,omitempty"`
	Canceled      *Cancellation     `json:"canceled,omitempty"`
	Warnings      []Warning         `json:"warnings,omitempty"` // visible, never a refusal
	// ChannelHash identifies the content the channel stated last. Corrections by
	// people do not change it, so an echo of the old content does not undo them.
	ChannelHash string `json:"channelHash,omitempty"`
	// ChannelGoods identifies the goods and the address of that content: as long
	// as the channel states the same, corrections and refusals of them stand.
	ChannelGoods string `json:"channelGoods,omitempty"`
}

// Customer is who ordered.
type Customer struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Address is a postal address. Country and Province are codes (ISO 3166).
type Address struct {
	Name     string `json:"name,omitempty"`
	Company  string `json:"company,omitempty"`
	Line1    string `json:"line1,omitempty"`
	Line2    string `json:"line2,omitempty"`
	City     string `json:"city,omitempty"`
	Province string `json:"province,omitempty"`
	Zip      string `json:"zip,omitempty"`
	Country  string `json:"country,omitempty"`
	Phone    string `json:"phone,omitempty"`
}

// Kind says what a line is.
type Kind string

const (
	Physical Kind = "physical"
	Digital  Kind = "digital"
	Service  Kind = "service"
)

// Line is one order line.
type Line struct {
	ID         string            `json:"id"` // unique in the order: the channel's line id
	Kind       Kind              `json:"kind"`
	SKU        string            `json:"sku"`
	Product    string            `json:"product,omitempty"` // product id resolved by the mapping group; empty for a write-in product
	Title      string            `json:"title,omitempty"`
	Quantity   int               `json:"quantity"` // > 0, in units of the product
	Price      string            `json:"price"`    // per unit, before discount and tax
	Discounts  []Discount        `json:"discounts,omitempty"`
	Taxes      []Tax             `json:"taxes,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

// Discount is an amount taken off.
type Discount struct {
	Code   string `json:"code,omitempty"`
	Amount string `json:"amount"`
}

// Tax is one tax of a line or of the order.
type Tax struct {
	Title  string `json:"title,omitempty"`
	Rate   string `json:"rate,omitempty"` // fraction, "0.06"
	Amount string `json:"amount"`
}

// ShippingLine is a chosen way of shipping.
type ShippingLine struct {
	Code   string `json:"code,omitempty"`
	Title  string `json:"title,omitempty"`
	Amount string `json:"amount"`
}

// Totals are the sums as the channel states them.
type Totals struct {
	Subtotal string `json:"subtotal"`
	Discount string `json:"discount"`
	Shipping string `json:"shipping"`
	Tax      string `json:"tax"`
	Total    string `json:"total"`
}

// Cancellation is the channel's wish to cancel the whole order.
type Cancellation struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
	// Refunded: nobody canceled; nothing is left because all was removed or
	// refunded. Of an order that has shipped that is no wish to cancel it.
	Refunded bool `json:"refunded,omitempty"`
}

// Warning is something odd about a document that people should see.
type Warning struct {
	Code    string `json:"code"` // e.g. "TotalsDoNotAddUp"
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// Shipments is the canonical document of a shipment message: one message may
// report several.
type Shipments struct {
	Shipments []Shipment `json:"shipments"`
}

// Shipment is one lot of goods that left a location.
type Shipment struct {
	Instance         string         `json:"instance"`         // provider instance that reported it
	ExternalID       string         `json:"externalId"`       // the warehouse's shipment id
	FulfillmentOrder string         `json:"fulfillmentOrder"` // our fulfillment order id
	ShippedAt        time.Time      `json:"shippedAt"`
	Carrier          string         `json:"carrier"`
	CarrierService   string         `json:"carrierService,omitempty"`
	Trackings        []Tracking     `json:"trackings"`
	Lines            []ShipmentLine `json:"lines"`
}

// Tracking is one parcel's tracking number.
type Tracking struct {
	Number string `json:"number"`
	URL    string `json:"url,omitempty"`
}

// ShipmentLine is the quantity of one order line in a shipment.
type ShipmentLine struct {
	Line     string `json:"line"` // order line id
	Quantity int    `json:"quantity"`
}
