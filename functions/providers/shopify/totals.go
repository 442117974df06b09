package shopify

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/order"
)

// TotalsDoNotAddUp is the code of the warnings about totals.
const TotalsDoNotAddUp = "TotalsDoNotAddUp"

// differences compares the totals that the shop states with what its own lines
// say. Apps and imports write odd ones; the order is good all the same.
func differences(doc order.Document, f facts) []order.Warning {
	var all []order.Warning
	places := int32(digits(doc.Currency))
	compare := func(field, of string, sum decimal.Decimal, stated string) {
		if sum.Round(places).Equal(amount(stated).Round(places)) {
			return
		}
		all = append(all, order.Warning{Code: TotalsDoNotAddUp, Field: field, Message: fmt.Sprintf(
			"%s come to %s %s, the shop states %s %s", of, sum.StringFixed(places), doc.Currency, amount(stated).StringFixed(places), doc.Currency)})
	}
	goods, allocated := decimal.Zero, decimal.Zero
	for _, l := range doc.Lines {
		goods = goods.Add(amount(l.Price).Mul(decimal.NewFromInt(int64(l.Quantity))))
		for _, d := range l.Discounts {
			allocated = allocated.Add(amount(d.Amount))
		}
	}
	if allocated.IsZero() { // older documents allocate no discounts to lines
		allocated = amount(doc.Totals.Discount)
	}
	compare("totals.subtotal", "the lines less their discounts", goods.Sub(allocated), doc.Totals.Subtotal)
	sum, of := amount(doc.Totals.Subtotal).Add(amount(doc.Totals.Shipping)).Add(amount(f.Tip)).Add(amount(f.Duties)), "subtotal, shipping and tax"
	if !f.TaxesIncluded {
		sum = sum.Add(amount(doc.Totals.Tax))
	} else {
		of = "subtotal and shipping"
	}
	compare("totals.total", of, sum, doc.Totals.Total)
	return all
}

// amount reads what the mapping checked to be a decimal.
func amount(text string) decimal.Decimal {
	d, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Zero
	}
	return d
}

// digits of a currency; two where there is none, which is refused anyway.
func digits(currency string) int {
	n, err := money.Digits(currency)
	if err != nil {
		return 2
	}
	return n
}
