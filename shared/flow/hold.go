package flow

// HoldAnswer is how a hold or an approval ends.
type HoldAnswer string

const (
	ReleaseHold HoldAnswer = "release" // a person lets the order go on, or its time is over and it goes on by itself
	ExpireHold  HoldAnswer = "expire"  // nobody released it in time
	Approve     HoldAnswer = "approve"
	Reject      HoldAnswer = "reject"
)

// HoldResult is the output of a wait for a person.
type HoldResult struct {
	Answer HoldAnswer `json:"answer"`
}

// ExpireInput: orders/expire-hold ends a hold whose time is over with Answer,
// unless a person was faster: the first answer stands. With ExpireHold it fails
// with Order.HoldExpired after recording it.
type ExpireInput struct {
	StepInput
	Signal string     `json:"signal"`
	Answer HoldAnswer `json:"answer"`
}

// ExpireResult has the answer that stands.
type ExpireResult struct {
	StepResult
	HoldResult
}
