package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/money"
)

// Words says the example as a phrase: "Channel lab, Total 9.99 USD".
func (o Overlap) Words() string {
	code, _ := o.Example[currencyPath].(string)
	var all []string
	for _, path := range slices.Sorted(maps.Keys(o.Example)) {
		f, _ := LookupField(path)
		all = append(all, f.Title+" "+exampleWords(f.Type, o.Example[path], code))
	}
	if len(all) == 0 {
		return "any data"
	}
	return strings.Join(all, ", ")
}

func exampleWords(t Type, v any, currency string) string {
	minor, ok := v.(int64)
	digits, err := money.Digits(currency)
	switch {
	case t == Money && ok && err == nil:
		return decimal.New(minor, int32(-digits)).StringFixed(int32(digits)) + " " + currency
	case t == Tags:
		return strings.Join(v.([]string), ", ")
	}
	return fmt.Sprint(v)
}
