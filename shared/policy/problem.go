package policy

import "github.com/orderloom/orderloom/shared/policy/jsondoc"

// Problem and Problems are what Parse finds, with positions.
type (
	Problem  = jsondoc.Problem
	Problems = jsondoc.Problems
)

// Codes of problems of a policy, beside those of jsondoc.
const (
	UnknownPath      = "UNKNOWN_PATH"       // no field has that path
	UnreachablePath  = "UNREACHABLE_PATH"   // the field belongs to an entity that the condition cannot see
	OperatorMismatch = "OPERATOR_MISMATCH"  // the field's type does not have the operator
	ValueMismatch    = "VALUE_MISMATCH"     // the value does not fit the field's type
	InvalidPattern   = "INVALID_PATTERN"    // matches cannot use the pattern
	EmptyGroup       = "EMPTY_GROUP"        // a group, or a list of rules, without entries
	AmbiguousForm    = "AMBIGUOUS_FORM"     // a condition or an action is of several kinds, or of none
	FilterActs       = "FILTER_ACTS"        // a filter policy has actions
	NotSettable      = "NOT_SETTABLE"       // the field cannot be set by a policy of this entity
	CellsMismatch    = "CELLS_MISMATCH"     // a row of a table has more or fewer cells than the table columns
	DuplicateRule    = "DUPLICATE_RULE"     // two rules have one name
	RuleWithoutPoint = "RULE_WITHOUT_POINT" // neither condition nor action
)
