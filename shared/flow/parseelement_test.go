package flow_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/flow"
)

func TestElementsAreReadWhole(t *testing.T) {
	t.Parallel()
	doc, problems := flow.Parse([]byte(drawn(`{"id":"a","name":"A","type":"parallel","next":"m","branches":[
	  {"name":"Hear","start":"h","steps":[{"id":"h","name":"H","type":"wait-for-event","event":"OrderChanged","deadline":"P1D","onDeadline":"continue","next":"i"},` + end("i") + `]},` + branch("Rest", "r") + `]},
	{"id":"m","name":"M","type":"merge","next":"c"},
	{"id":"c","name":"C","type":"condition","outcome":{"step":"h","is":"failed"},"yes":"w","no":"z"},
	{"id":"w","name":"W","type":"wait-for-event","event":"Danced","deadline":"PT1H","onDeadline":"exception","next":"z"},` + end("z"))))
	if problems != nil {
		t.Fatal(problems)
	}
	want := []flow.Step{
		{At: "/steps/0", ID: "a", Name: "A", Type: flow.Parallel, Next: flow.Edge{To: "m"}, Parallel: []flow.Drawing{
			{Name: "Hear", Scope: flow.Scope{Start: "h", Steps: []flow.Step{
				{At: "/steps/0/branches/0/steps/0", ID: "h", Name: "H", Type: flow.WaitForEvent, Event: "OrderChanged", Deadline: 24 * time.Hour, OnFailure: flow.ToContinue, Next: flow.Edge{To: "i"}},
				{At: "/steps/0/branches/0/steps/1", ID: "i", Name: "I", Type: flow.End},
			}}},
			{Name: "Rest", Scope: flow.Scope{Start: "r", Steps: []flow.Step{{At: "/steps/0/branches/1/steps/0", ID: "r", Name: "R", Type: flow.End}}}},
		}},
		{At: "/steps/1", ID: "m", Name: "M", Type: flow.Merge, Next: flow.Edge{To: "c"}},
		{At: "/steps/2", ID: "c", Name: "C", Type: flow.ConditionStep, Outcome: flow.Outcome{Step: "h", Is: flow.OutcomeFailed}, Yes: flow.Edge{To: "w"}, No: flow.Edge{To: "z"}},
		{At: "/steps/3", ID: "w", Name: "W", Type: flow.WaitForEvent, Event: "Danced", Deadline: time.Hour, Next: flow.Edge{To: "z"}},
		{At: "/steps/4", ID: "z", Name: "Z", Type: flow.End},
	}
	if diff := cmp.Diff(want, doc.Steps); diff != "" {
		t.Error(diff)
	}
	if n := len(doc.Steps[0].Drawings()); n != 2 {
		t.Errorf("%d drawings are inside the parallel", n)
	}
}

// A step in a branch is one of the order, so it may stand outside as well.
func TestWhatStandsInABranchStandsOutside(t *testing.T) {
	t.Parallel()
	outside := map[flow.StepType]bool{}
	for _, kind := range flow.StepTypes(flow.Outside) {
		outside[kind] = true
	}
	for _, kind := range flow.StepTypes(flow.InBranch) {
		if !outside[kind] {
			t.Errorf("%s stands only in a branch", kind)
		}
	}
}
