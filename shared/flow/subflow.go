package flow

// SubFlowEntry stands in place of the event that brings orders to a flow: other
// flows run it.
const SubFlowEntry = "sub-flow"

// SubFlowInput: flows/run-sub-flow starts a run of a sub-flow and registers who
// waits for its end.
type SubFlowInput struct {
	StepInput
	Flow  string `json:"flow"`
	Token string `json:"token"`
}

const subFlowSignal = "flow/"

// SubFlowSignalName is the signal that a run of a sub-flow has ended.
func SubFlowSignalName(run string) string { return subFlowSignal + run }
