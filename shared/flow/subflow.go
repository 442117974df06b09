package flow

import "strings"

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

// SubFlowSignalName is the signal that a run of a sub-flow has ended, for the step
// of another flow's run that waits for it. It is the same for a later run of that
// flow: only one of them lives.
func SubFlowSignalName(run, waiting, step string) string {
	return subFlowSignal + run + "/" + waiting[:max(strings.LastIndex(waiting, "-"), 0)] + "#" + step
}

// IsSubFlowSignal reports whether somebody waits under a signal for the end of a run.
func IsSubFlowSignal(signal, run string) bool {
	return strings.HasPrefix(signal, subFlowSignal+run+"/")
}
