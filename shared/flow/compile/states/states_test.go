package states_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/flow/compile/states"
)

const machine = `{"StartAt": "Z", "States": {
	"Z": {"Type": "Choice", "Choices": [{"Condition": "{% $a %}", "Next": "B – Each"}], "Default": "A"},
	"B – Each": {"Type": "Map", "ItemProcessor": {"StartAt": "C", "States": {"C": {"Type": "Succeed"}}}, "Next": "P"},
	"P": {"Type": "Parallel", "Branches": [{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}, {"StartAt": "E", "States": {"E": {"Type": "Succeed"}}}], "Next": "A"},
	"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Arguments": {"FunctionName": "${OrdersApplyEventFunction}", "Payload": {"key": "k"}},
		"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}], "End": true}}}`

// States come in the order of the document, those inside one after it.
func TestAMachineIsReadInOrder(t *testing.T) {
	t.Parallel()
	root, err := states.Read([]byte(machine))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	byName := map[string]states.State{}
	for st := range root.All {
		names, byName[st.Name] = append(names, st.Name), st
	}
	if diff := cmp.Diff([]string{"Z", "B – Each", "C", "P", "D", "E", "A"}, names); diff != "" || root.Start != "Z" {
		t.Error(root.Start, diff)
	}
	if diff := cmp.Diff([]string{"B – Each", "A"}, byName["Z"].Next); diff != "" {
		t.Error(diff)
	}
	if b := byName["B – Each"]; b.Step != "B" || b.What != "Each" {
		t.Errorf("%q of step %q", b.What, b.Step)
	}
	a := byName["A"]
	if a.Function != "OrdersApplyEventFunction" || !a.Waits() || len(a.Next) != 0 || states.Text(a.Payload().Get("key")) != "k" {
		t.Errorf("%+v", a)
	}
	for st := range root.All {
		if st.Name == "C" {
			break // also from inside
		}
	}
}

func TestWhatIsNoMachineIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := states.Read([]byte(`{"StartAt":`)); err == nil {
		t.Error("half a document was read")
	}
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"${AFunction}": "AFunction", "${A": "", "A}": "", "arn:x": "", "": ""} {
		if got := states.Placeholder(text); got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}
