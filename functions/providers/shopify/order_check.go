package shopify

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/transform"
)

// mappedOrder is what the mapping makes: the canonical order, and beside it what
// only the check needs.
type mappedOrder struct {
	order.Document
	Lines []mappedLine `json:"lines"`
	Facts facts        `json:"facts"`
}

type mappedLine struct {
	order.Line
	Ordered int `json:"ordered"` // before edits and refunds
}

type facts struct {
	TaxesIncluded bool       `json:"taxesIncluded"`
	RefundedAt    *time.Time `json:"refundedAt"` // the last refund
	Tip           string     `json:"tip"`
	Duties        string     `json:"duties"`
}

// finish does what a declarative mapping cannot: rules between fields. It is
// pure as well. What cannot be an order is refused, all of it at once; what is
// only odd becomes a warning.
func finish(mapped []byte) (order.Document, error) {
	var m mappedOrder
	if err := json.Unmarshal(mapped, &m); err != nil {
		return order.Document{}, fault.Wrap(err, fault.Internal, "reading the mapped order")
	}
	if problems := check(m); len(problems) > 0 {
		first := problems[0]
		return order.Document{}, fault.New(first.Code, "%s", first.Text).On("", first.Path).Got(first.Value).
			Do("Correct the order in the shop, or the mapping, then replay the message").With(problems)
	}
	doc := m.Document
	if doc.Canceled == nil && nothingLeft(m.Lines) {
		doc.Canceled = &order.Cancellation{At: doc.UpdatedAt, Reason: "every line was removed or refunded", Refunded: true}
		if m.Facts.RefundedAt != nil { // unlike the update time it stays, so a later echo says the same
			doc.Canceled.At = *m.Facts.RefundedAt
		}
	}
	for _, l := range m.Lines {
		if doc.Canceled != nil {
			l.Quantity = l.Ordered // what was canceled
		}
		if l.Quantity > 0 {
			doc.Lines = append(doc.Lines, l.Line)
		}
	}
	shipping := decimal.Zero
	for _, s := range doc.ShippingLines {
		shipping = shipping.Add(amount(s.Amount))
	}
	doc.Totals.Shipping = shipping.StringFixed(int32(digits(doc.Currency)))
	if doc.Canceled == nil { // the shop sets the totals of a canceled order to zero
		doc.Warnings = differences(doc, m.Facts)
	}
	return doc, nil
}

func check(m mappedOrder) []transform.Problem {
	var all []transform.Problem
	add := func(code, path, value, text string) {
		all = append(all, transform.Problem{Code: code, Path: path, Value: value, Text: path + ": " + text})
	}
	if _, err := money.Digits(m.Currency); err != nil {
		add(transform.UnknownValue, "currency", m.Currency, "not a currency of ISO 4217")
	}
	seen := make(map[string]int, len(m.Lines))
	for i, l := range m.Lines {
		at := "line_items." + strconv.Itoa(i)
		if first, again := seen[l.ID]; again {
			add(fault.Invalid, at+".id", l.ID, "the same id as line_items."+strconv.Itoa(first))
		}
		seen[l.ID] = i
		switch {
		case l.Ordered <= 0:
			add(fault.Invalid, at+".quantity", strconv.Itoa(l.Ordered), "want a quantity above zero")
		case l.Quantity < 0:
			add(fault.Invalid, at+".current_quantity", strconv.Itoa(l.Quantity), "want a quantity that is not negative")
		case l.Quantity > l.Ordered:
			add(fault.Invalid, at+".current_quantity", strconv.Itoa(l.Quantity), "more than the "+strconv.Itoa(l.Ordered)+" that were ordered")
		}
		if amount(l.Price).IsNegative() {
			add(fault.Invalid, at+".price", l.Price, "want a price that is not negative")
		}
	}
	return all
}

func nothingLeft(lines []mappedLine) bool {
	for _, l := range lines {
		if l.Quantity > 0 {
			return false
		}
	}
	return true
}
