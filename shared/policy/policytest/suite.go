// Package policytest runs tests of policies: documents that say what a policy
// must decide on given orders. Their format stands in statemachines/README.md.
package policytest

import (
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
)

// Suite is the tests of one policy.
type Suite struct {
	Tests []Test
}

// Test is one order and what the policy must decide on it.
type Test struct {
	Name     string
	Document order.Document
	Status   order.Status
	Fields   entity.Document // of policies on a declared entity, in place of Document and Status
	Standing entity.Status
	Record   string // id of the line or fulfillment order
	Now      time.Time
	Expect   Expect
}

// Expect is what is compared; what is nil is not.
type Expect struct {
	Holds     *bool
	Met       []string // names of rules
	NotMet    []string
	Actions   []policy.Action // an empty list: none
	Ambiguous []string
}

// Outcome is what became of one test.
type Outcome struct {
	Test   string
	Record policy.Record
	Result policy.Result
	Wrong  []string // what is not as expected; empty: the test passes
}
