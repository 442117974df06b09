package money_test

import (
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/money"
)

func TestMinor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount, currency string
		want             int64
	}{
		{"398.00", "USD", 39800},
		{"-0.01", "EUR", -1},
		{"1.5", "USD", 150},
		{"500", "JPY", 500},
		{"500.00", "JPY", 500},
		{"1.234", "KWD", 1234},
		{"0", "CLP", 0},
		{"90071992547409.91", "USD", money.MaxMinor},
	} {
		got, err := money.Minor(c.amount, c.currency)
		if err != nil || got != c.want {
			t.Errorf("Minor(%q, %s) = %d, %v; want %d", c.amount, c.currency, got, err, c.want)
		}
	}
}

func TestMinorRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"1.00", "XXQ"}, {"1.00", "usd"}, {"1.00", ""}, {"1.00", "SD "}, {"1.00", "D E"}, // unknown currencies
		{"1.005", "USD"}, {"0.5", "JPY"}, // fractions of the minor unit
		{"", "USD"}, {"ten", "USD"}, {"1,00", "USD"}, {"1e2", "USD"}, {"1e999999999", "USD"},
		{"90071992547409.92", "USD"},
	} {
		if got, err := money.Minor(c[0], c[1]); !fault.Is(err, fault.Invalid) {
			t.Errorf("Minor(%q, %q) = %d, %v; want %s", c[0], c[1], got, err, fault.Invalid)
		}
	}
}

func TestEveryCurrencyHasDigits(t *testing.T) {
	t.Parallel()
	all := money.Currencies()
	if all[0] != "USD" || len(all) < 150 {
		t.Errorf("%v", all)
	}
	for _, code := range all {
		if _, err := money.Digits(code); err != nil {
			t.Error(err)
		}
	}
}
