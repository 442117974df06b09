package flow

import "github.com/orderloom/orderloom/shared/policy/jsondoc"

// Problem and Problems are what Parse and the compiler find, with positions.
type (
	Problem  = jsondoc.Problem
	Problems = jsondoc.Problems
)

// Codes of problems of the document's form, beside those of jsondoc and, in
// conditions, of policy.
const (
	NewerFormat    = "NEWER_FORMAT"
	TypeNotOffered = "TYPE_NOT_OFFERED" // nothing of that type can flow yet
	StepNotOffered = "STEP_NOT_OFFERED" // the flow's type does not have the step
	UnknownType    = "UNKNOWN_STEP_TYPE"
	MisplacedStep  = "MISPLACED_STEP"  // the step type is not possible in this scope
	MisplacedField = "MISPLACED_FIELD" // the step's type does not have the field
	InvalidName    = "INVALID_NAME"
	DuplicateName  = "DUPLICATE_NAME"
	DuplicateID    = "DUPLICATE_ID"
	InvalidRef     = "INVALID_POLICY_REFERENCE"
	MissingNext    = "MISSING_NEXT" // a path that leads nowhere
	NoDeadline     = "WAIT_WITHOUT_DEADLINE"
	NotCovered     = "SPLITTER_NOT_COVERED"

	InvalidParameters = "INVALID_PARAMETERS" // the action does not take these parameters
)
