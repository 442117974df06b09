package entity

import "github.com/orderloom/orderloom/shared/policy/jsondoc"

// Problem and Problems are what Parse finds, with positions.
type (
	Problem  = jsondoc.Problem
	Problems = jsondoc.Problems
)

// Codes of problems of an entity document, beside those of jsondoc.
const (
	NewerFormat         = "NEWER_FORMAT"
	DuplicateID         = "DUPLICATE_ID"         // two fields, states, events or values have one name
	ReservedID          = "RESERVED_ID"          // the name means something already
	MisplacedField      = "MISPLACED_FIELD"      // the field's type does not have the property
	NestedTooDeeply     = "NESTED_TOO_DEEPLY"    // an object or a list inside another one
	UnknownReference    = "UNKNOWN_REFERENCE"    // names no field of the document
	WrongReference      = "WRONG_REFERENCE"      // names a field that is not fit for it
	MissingCurrency     = "MISSING_CURRENCY"     // there are amounts and no field says of what
	InvalidEventName    = "INVALID_EVENT_NAME"   // not the entity's word and a past participle
	UnknownEvent        = "UNKNOWN_EVENT"        // a transition by an event that nothing raises
	UnknownState        = "UNKNOWN_STATE"        // no state of that name
	UnknownReason       = "UNKNOWN_REASON"       // the state does not have the reason
	UnreachableState    = "UNREACHABLE_STATE"    // no transition leads there
	FinalStateLeft      = "FINAL_STATE_LEFT"     // a transition out of a final state
	AmbiguousTransition = "AMBIGUOUS_TRANSITION" // two transitions by one event from one state
)
