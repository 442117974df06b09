// Package policy is the language of business rules: documents that decide
// whether a flow or branch is for a record (filter policies), check it and set
// values on it (execution policies).
//
// A policy has rules, evaluated in the order of the document. A rule without
// actions must hold, or the policy does not hold. Rules with actions are a
// decision table, which can also be written by columns: of those whose condition
// is met the first one acts, or all, or the only one, as the policy's hit rule
// says. All rules see the record as it was before the policy. A field without
// data meets no row except those with the operators containsNoData, differs and
// notIn.
package policy

import (
	"strconv"

	"github.com/orderloom/orderloom/shared/event"
)

// TestSuffix is how the name of a file ends that tests the policy of the same
// name; see package policytest.
const TestSuffix = ".test.json"

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
	Rules       []Rule       `json:"rules,omitempty"`
	Table       *Table       `json:"table,omitempty"` // in place of Rules

	rows []Rule // those of Table
}

// Ref names the version: "<id>@<version>".
func (p *Policy) Ref() string { return p.ID + "@" + strconv.Itoa(p.Version) }

// AllRules lists the rules in the order of their evaluation, those that are
// written as a table included.
func (p *Policy) AllRules() []Rule {
	if p.Table != nil {
		return p.rows
	}
	return p.Rules
}

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
	HitFirst  Hit = "first"
	HitAll    Hit = "all"
	HitUnique Hit = "unique" // more than one that is met is an error: none acts, and the policy does not hold
)

// Rule is a condition and what follows from it.
type Rule struct {
	Name string     `json:"name"`
	When *Condition `json:"when,omitempty"` // nil: always met
	Then []Action   `json:"then,omitempty"`
}

// Action changes the record; exactly one of Set, AddTag and Hold is given.
type Action struct {
	Set     string      `json:"set,omitempty"`   // path of the field that gets Value or what Compute yields
	Value   string      `json:"value,omitempty"` // a number as its decimal text
	Compute *Expression `json:"compute,omitempty"`
	AddTag  string      `json:"addTag,omitempty"` // tag of the order
	Hold    string      `json:"hold,omitempty"`   // reason of a hold on the order
}
