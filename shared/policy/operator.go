package policy

import "strings"

// Operator compares a field with a value.
type Operator string

// The operators.
const (
	Equals         Operator = "equals" // of a list: one of its entries is
	Differs        Operator = "differs"
	Greater        Operator = "greater"
	AtLeast        Operator = "atLeast"
	Less           Operator = "less"
	AtMost         Operator = "atMost"
	Between        Operator = "between" // both ends included
	In             Operator = "in"
	NotIn          Operator = "notIn"
	ContainsText   Operator = "containsText"
	StartsWith     Operator = "startsWith"
	Matches        Operator = "matches"     // the whole text, see parsePattern
	Contains       Operator = "contains"    // a list has the entry
	ContainsAll    Operator = "containsAll" // a list has all the entries
	DateBefore     Operator = "dateBefore"  // a time, a day, now, or a duration from now
	DateAfter      Operator = "dateAfter"
	Within         Operator = "within" // between now and a duration from it
	ContainsData   Operator = "containsData"
	ContainsNoData Operator = "containsNoData"
)

// Operators lists all operators.
func Operators() []Operator {
	return []Operator{
		Equals, Differs, Greater, AtLeast, Less, AtMost, Between, In, NotIn, ContainsText, StartsWith, Matches,
		Contains, ContainsAll, DateBefore, DateAfter, Within, ContainsData, ContainsNoData,
	}
}

// operatorsOf lists the operators that a type allows.
func operatorsOf(t Type) []Operator {
	list := []Operator{Equals, Differs}
	switch t {
	case Text:
		list = append(list, In, NotIn, ContainsText, StartsWith, Matches)
	case Tags:
		list = append(list, In, NotIn, Contains, ContainsAll)
	case Number, Money, Time:
		list = append(list, Greater, AtLeast, Less, AtMost, Between, In, NotIn)
	}
	if t == Time {
		list = append(list, DateBefore, DateAfter, Within)
	}
	return append(list, ContainsData, ContainsNoData)
}

// takesField reports whether a field can stand in place of the value.
func (o Operator) takesField() bool {
	switch o {
	case Equals, Differs, Greater, AtLeast, Less, AtMost, ContainsText, StartsWith, DateBefore, DateAfter:
		return true
	}
	return false
}

// takesList reports whether the value is a list.
func (o Operator) takesList() bool {
	return o == In || o == NotIn || o == Between || o == ContainsAll
}

// takesNothing reports whether there is nothing to compare with.
func (o Operator) takesNothing() bool { return o == ContainsData || o == ContainsNoData }

// Words writes an operator as it is spoken: "at least".
func (o Operator) Words() string {
	var b strings.Builder
	for _, r := range string(o) {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
