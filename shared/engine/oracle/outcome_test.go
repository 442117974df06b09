package oracle

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// outcome is what is compared of a run.
type outcome struct {
	refused string // why the definition was refused
	status  string
	failure string // error name
	output  any
	cause   string   // for reading only: causes are free text
	history []string // see steps
}

func (o outcome) String() string {
	if o.refused != "" {
		return "refused: " + o.refused
	}
	text, _ := json.Marshal(o.output)
	return fmt.Sprintf("%s %.300s %s %.300s", o.status, text, o.failure, o.cause)
}

// missing are the lines of a that b lacks.
func missing(a, b []string) string {
	out := ""
	for _, line := range a {
		if i := slices.Index(b, line); i >= 0 {
			b = slices.Delete(slices.Clone(b), i, i+1)
			continue
		}
		out += "\n        " + line
	}
	return out
}

// steps shows a history as one line an event, "event before > event", in which
// an event is its type and the name and index it carries, sorted: for branches
// run side by side the order of ids is an accident, what follows what is not.
// How a Parallel or Map ends follows its last branch and an iteration may follow
// the one that made room for it, which are accidents too. An EvaluationFailed
// follows the entry of its state in moto; on AWS, and in the engine's own tests,
// it follows what that entry follows.
func steps(events []types.HistoryEvent) []string {
	labels := map[int64]string{0: ""}
	for _, e := range events {
		labels[e.Id] = label(e)
	}
	var out []string
	for _, e := range events {
		before := labels[e.PreviousEventId]
		if joins(e.Type) {
			before = "…"
		}
		out = append(out, before+" > "+labels[e.Id])
	}
	slices.Sort(out)
	return out
}

func joins(t types.HistoryEventType) bool {
	switch t {
	case types.HistoryEventTypeEvaluationFailed, types.HistoryEventTypeParallelStateSucceeded, types.HistoryEventTypeParallelStateFailed, types.HistoryEventTypeParallelStateExited,
		types.HistoryEventTypeMapIterationStarted, types.HistoryEventTypeMapStateSucceeded, types.HistoryEventTypeMapStateFailed, types.HistoryEventTypeMapStateExited:
		return true
	}
	return false
}

func label(e types.HistoryEvent) string {
	text := string(e.Type)
	index := func(d *types.MapIterationEventDetails) {
		if d != nil {
			text += fmt.Sprintf(" %s[%d]", aws.ToString(d.Name), d.Index)
		}
	}
	if d := e.StateEnteredEventDetails; d != nil {
		text += " " + aws.ToString(d.Name)
	}
	if d := e.StateExitedEventDetails; d != nil {
		text += " " + aws.ToString(d.Name)
	}
	index(e.MapIterationStartedEventDetails)
	index(e.MapIterationSucceededEventDetails)
	index(e.MapIterationFailedEventDetails)
	index(e.MapIterationAbortedEventDetails)
	return text
}

// finalOutput is the output as the history has it; nil if there is none.
func finalOutput(events []types.HistoryEvent) any {
	if len(events) == 0 || events[len(events)-1].ExecutionSucceededEventDetails == nil {
		return nil
	}
	text := aws.ToString(events[len(events)-1].ExecutionSucceededEventDetails.Output)
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return "not JSON: " + text
	}
	return v
}
