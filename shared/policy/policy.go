// Package policy is the language of business rules: documents that decide
// whether a flow or branch is for a record (filter policies), check it and set
// values on it (execution policies).
//
// A policy has rules, evaluated in the order of the document. A rule without
// actions must hold, or the policy does not hold. Rules with actions are a
// decision table: of those whose condition is met the first one acts, or all
// when the policy says so. A field without data meets no row except those with
// the operators containsNoData and differs.
package policy

import (
	"encoding/json"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/event"
)

// Policy is one immutable version of a policy. It comes from Parse.
type Policy struct {
	ID          string       `json:"id"`
	Version     int          `json:"version"` // from 1
	Title       string       `json:"title"`
	Description string       `json:"description,omitempty"`
	Kind        Kind         `json:"kind"`
	Criticality Criticality  `json:"criticality,omitempty"` // execution policies
	Entity      event.Entity `json:"entity"`                // what Evaluate's record must be
	Hit         Hit          `json:"hit,omitempty"`         // empty means first
	Rules       []Rule       `json:"rules"`
}

// Ref names the version: "<id>@<version>".
func (p *Policy) Ref() string { return p.ID + "@" + strconv.Itoa(p.Version) }

// UnmarshalJSON reads a policy document; its error is a list of Problems.
func (p *Policy) UnmarshalJSON(data []byte) error {
	parsed, problems := Parse(data)
	if err := problems.Err(); err != nil {
		return err
	}
	*p = parsed
	return nil
}

// Kind is what a policy is for.
type Kind string

// The kinds.
const (
	Filter    Kind = "filter"    // decides whether a flow or branch is for a record
	Execution Kind = "execution" // checks and changes a record
)

// Criticality says what follows when a policy does not hold.
type Criticality string

// The criticalities.
const (
	Information Criticality = "information" // recorded, the flow goes on
	Critical    Criticality = "critical"    // the step fails with Policy.NotMet
)

// Hit says which of the rules that are met act.
type Hit string

// The hit rules.
const (
	HitFirst Hit = "first"
	HitAll   Hit = "all"
)

// Rule is a condition and what follows from it.
type Rule struct {
	Name string     `json:"name"`
	When *Condition `json:"when,omitempty"` // nil: always met
	Then []Action   `json:"then,omitempty"`
}

// Action changes the record; exactly one of Set, AddTag and Hold is given.
type Action struct {
	Set    string `json:"set,omitempty"`    // path of the field that gets Value
	Value  string `json:"value,omitempty"`  //
	AddTag string `json:"addTag,omitempty"` // tag of the order
	Hold   string `json:"hold,omitempty"`   // reason of a hold on the order
}

// Condition is a tree. Exactly one of the forms is given: a group (All, Any,
// Not), a row (Field, Operator, Value), or a relation, which asks about the
// records in Relation that meet Where: whether there is any, whether all or
// none do, or how their count compares (Has = count with Operator and Value).
type Condition struct {
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`
	Not *Condition  `json:"not,omitempty"`

	Field    string          `json:"field,omitempty"`
	Operator Operator        `json:"operator,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"`

	Relation string     `json:"relation,omitempty"`
	Has      Has        `json:"has,omitempty"`
	Where    *Condition `json:"where,omitempty"`

	want expected // Value as the field's type has it
}

// Operator compares a field with a value.
type Operator string

// The operators.
const (
	Equals         Operator = "equals"
	Differs        Operator = "differs"
	Greater        Operator = "greater"
	AtLeast        Operator = "atLeast"
	Less           Operator = "less"
	AtMost         Operator = "atMost"
	Between        Operator = "between" // both ends included
	In             Operator = "in"
	ContainsText   Operator = "containsText"
	StartsWith     Operator = "startsWith"
	ContainsData   Operator = "containsData"
	ContainsNoData Operator = "containsNoData"
)

// Has says what a relation asks.
type Has string

// The questions.
const (
	HasAny   Has = "any"
	HasAll   Has = "all"
	HasNone  Has = "none"
	HasCount Has = "count"
)

// expected is the value of a row as its field's type needs it.
type expected struct {
	kind    Type
	texts   []string          // Text, Tags, Time
	numbers []decimal.Decimal // Number, Money (major units); of a count
	yes     bool              // Bool
}
