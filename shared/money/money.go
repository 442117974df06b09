// Package money converts decimal strings to integer minor units.
//
// Amounts are kept as decimal strings ("398.00") and compared as integers of
// the currency's smallest unit (39800 cents), never as binary fractions.
package money

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/fault"
)

// MaxMinor bounds amounts in minor units, either sign: every integer up to it
// is exact where JSON numbers are read as floating point.
const MaxMinor = 1<<53 - 1

// MaxDigits is the largest number that Digits returns.
const MaxDigits = 3

// maxText bounds the text of an amount, so that no exponent can make the
// arithmetic expensive.
const maxText = 32

// Currencies (ISO 4217) by the digits after the decimal point, each code
// followed by a space.
const (
	digits0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF "
	digits2 = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK " +
		"DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT " +
		"LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN " +
		"QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS " +
		"VED VES WST XCD YER ZAR ZMW ZWG "
	digits3 = "BHD IQD JOD KWD LYD OMR TND "
)

// Digits is the number of digits after the decimal point of a currency. An
// unknown currency is an error.
func Digits(currency string) (int, error) {
	if len(currency) == 3 && !strings.Contains(currency, " ") {
		for digits, codes := range map[int]string{0: digits0, 2: digits2, 3: digits3} {
			if strings.Contains(codes, currency+" ") {
				return digits, nil
			}
		}
	}
	return 0, fault.New(fault.Invalid, "unknown currency").On("", "currency").Got(currency).Do("Use a code of ISO 4217, such as USD")
}

// Currencies lists the codes of all currencies, US dollars first.
func Currencies() []string { return strings.Fields("USD EUR " + digits2 + digits0 + digits3) }

// Minor converts a decimal amount to the currency's minor units: ("1.5",
// "USD") is 150. An amount with a fraction of the minor unit is an error.
func Minor(amount, currency string) (int64, error) {
	digits, err := Digits(currency)
	if err != nil {
		return 0, err
	}
	d, err := Parse(amount)
	if err != nil {
		return 0, err
	}
	d = d.Shift(int32(digits))
	if !d.IsInteger() {
		return 0, fault.New(fault.Invalid, "%s has %d digits after the decimal point", currency, digits).On("", "amount").Got(amount)
	}
	if d.Abs().GreaterThan(decimal.NewFromInt(MaxMinor)) {
		return 0, fault.New(fault.Invalid, "amount is too large").On("", "amount").Got(amount)
	}
	return d.IntPart(), nil
}

// Parse reads a decimal amount, such as "-12.50", without exponent.
func Parse(amount string) (decimal.Decimal, error) {
	if len(amount) > maxText || strings.ContainsAny(amount, "eE") {
		return decimal.Decimal{}, fault.New(fault.Invalid, "not a decimal amount").On("", "amount").Got(amount)
	}
	d, err := decimal.NewFromString(amount)
	if err != nil {
		return d, fault.New(fault.Invalid, "not a decimal amount").On("", "amount").Got(amount)
	}
	return d, nil
}
