package compile

// Codes of problems of a document's meaning, beside those of its form (package
// flow). They are stable: tools match on them.
const (
	UnknownTarget     = "UNKNOWN_TARGET"      // an edge names no step of its scope
	UnreachableStep   = "UNREACHABLE_STEP"    // no path leads to the step
	UnmarkedCycle     = "UNMARKED_CYCLE"      // an edge goes back without again
	MissingStepBefore = "MISSING_STEP_BEFORE" // a path leads here without a step that this one needs
	HeldTooLate       = "HELD_TOO_LATE"       // a path holds an order that was sent
	SentTwice         = "SENT_TWICE"          // a path sends one fulfillment order twice
	MergeWithoutSplit = "MERGE_WITHOUT_SPLIT" // fewer than two ways that a split parted lead to a merge
	OutcomeUnknown    = "OUTCOME_UNKNOWN"     // a condition asks how a step ended that always succeeds, or may not have run
	RecursiveSubFlow  = "RECURSIVE_SUB_FLOW"  // a flow runs itself, or may
	UnknownSubFlow    = "UNKNOWN_SUB_FLOW"    // no live flow of that id is made to be run by others
	UnknownAction     = "UNKNOWN_ACTION"      // no function has that id
	NotAnAction       = "NOT_AN_ACTION"       // the function is not for steps
	NoProviderYet     = "NO_PROVIDER_YET"     // nothing stands behind the step's type
	WrongCapability   = "WRONG_CAPABILITY"    // the action cannot do what the step is for
	ReleasedTooLate   = "RELEASED_TOO_LATE"   // a path gives back stock that a location was asked to ship
	ScoreNotSet       = "SCORE_NOT_SET"       // no policy of a prediction sets its score
	MissingFunction   = "MISSING_FUNCTION"    // the catalog lacks a function of the platform
	EventNotRaisable  = "EVENT_NOT_RAISABLE"  // the step cannot raise the event
	UnknownEvent      = "UNKNOWN_EVENT"       // nothing of that name happens to orders
	UnpublishedPolicy = "UNPUBLISHED_POLICY"  // no such version of a policy
	WrongPolicyKind   = "WRONG_POLICY_KIND"   // a filter where an execution policy is needed, or the reverse
	WrongPolicyEntity = "WRONG_POLICY_ENTITY" // the policy looks at another kind of record
	TooManyFacts      = "TOO_MANY_FACTS"      // a condition needs more than a running flow carries
	PayloadTooLarge   = "PAYLOAD_TOO_LARGE"   // one step hands more than 256 KiB to the next
	HistoryTooLong    = "HISTORY_TOO_LONG"    // a run can have more than 25,000 events
	MachineTooLarge   = "MACHINE_TOO_LARGE"   // the definition has more than 1 MiB
	EventWithoutOrder = "EVENT_WITHOUT_ORDER" // a binding names an event that no order has
	UnknownFlow       = "UNKNOWN_FLOW"        // a binding names no flow of the repository
	BindingLoop       = "BINDING_LOOP"        // the flow of a binding leads to the binding again
	WrongID           = "WRONG_ID"            // a document's id is not the name of its file
	MachineInvalid    = "MACHINE_INVALID"     // a defect of the compiler: what it wrote is no machine
)

// Failure codes that a machine raises itself.
const (
	DeadlinePassed = "Flow.DeadlinePassed" // what a step waited for did not come
	NoBranch       = "Flow.NoBranch"       // no branch of a splitter takes the record
	TooManyRounds  = "Flow.TooManyRounds"  // an edge that goes back was taken as often as it may be
)
