package policy

import (
	"encoding/json"

	"github.com/shopspring/decimal"
)

// Condition is a tree. Exactly one of the forms is given: a group (All, Any,
// Not), a row (Field and Operator with Value or ValueField), or a relation,
// which asks about the records in Relation that meet Where: whether there is
// any, whether all or none do, or how their count, or the sum of their field Of,
// compares (Operator with Value or ValueField).
type Condition struct {
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`
	Not *Condition  `json:"not,omitempty"`

	Field      string          `json:"field,omitempty"`
	Operator   Operator        `json:"operator,omitempty"`
	Value      json.RawMessage `json:"value,omitempty"`
	ValueField string          `json:"valueField,omitempty"` // path of the field to compare with

	Relation string     `json:"relation,omitempty"`
	Has      Has        `json:"has,omitempty"`
	Of       string     `json:"of,omitempty"`    // what sum adds up
	Where    *Condition `json:"where,omitempty"` // nil, possible for count and sum: every record

	want  expected // Value as the field's type has it
	leads relation // of Relation
}

// Has says what a relation asks.
type Has string

// The questions.
const (
	HasAny   Has = "any"
	HasAll   Has = "all"
	HasNone  Has = "none"
	HasCount Has = "count"
	HasSum   Has = "sum"
)

// expected is what a row compares with, as its field's type needs it.
type expected struct {
	as      Operator          // the operator to decide by: dateBefore is less, within is between
	kind    Type              // of the field
	texts   []string          // Text, Tags, Time
	numbers []decimal.Decimal // Number, Money (major units); of a count
	yes     bool              // Bool
	pattern *pattern          // matches
	fields  []string          // in place of all others: fields of the record, such as ValueField or "now-P7D"
}
