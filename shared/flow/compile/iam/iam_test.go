package iam_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile/iam"
	"github.com/orderloom/orderloom/statemachines"
)

func catalog(t *testing.T) *flow.Catalog {
	t.Helper()
	c, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// calling is a machine with one Task for each resource, the last one inside a Map.
func calling(tasks ...string) []byte {
	states := make([]string, len(tasks))
	for i, t := range tasks {
		states[i] = `"T` + string(rune('a'+i)) + `": {"Type": "Task", "End": true, ` + t + `}`
	}
	last := states[len(states)-1]
	states[len(states)-1] = `"M": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "x", "States": {` + last + `}}}`
	return []byte(`{"StartAt": "Ta", "States": {` + strings.Join(states, ", ") + `}}`)
}

const here = "${AWS::Region}:${AWS::AccountId}"

func TestEveryCallIsAllowedAndNothingElse(t *testing.T) {
	t.Parallel()
	machine := calling(
		`"Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "${OrdersApplyEventFunction}"}`,
		`"Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Arguments": {"FunctionName": "${OrdersApplyEventFunction}"}`,
		`"Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "arn:aws:lambda:eu-west-1:1:function:mine"}`,
		`"Resource": "arn:aws:states:::events:putEvents", "Arguments": {"Entries": [{"EventBusName": "${Bus}"}, {}]}`,
		`"Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": {"QueueUrl": "${Queue}"}`,
		`"Resource": "arn:aws:states:::states:startExecution", "Arguments": {"StateMachineArn": "${Other}"}`,
		`"Resource": "arn:aws:states:::states:startExecution.sync:2", "Arguments": {"StateMachineArn": "arn:aws:states:eu-west-1:1:stateMachine:sub"}`,
		`"Resource": "arn:aws:states:::aws-sdk:sfn:startSyncExecution", "Arguments": {"StateMachineArn": "${Express}"}`)
	d, err := iam.Of(machine, catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	rule := []string{"arn:${AWS::Partition}:events:" + here + ":rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"}
	allow := func(sid string, resources []string, actions ...string) iam.Statement {
		return iam.Statement{Sid: sid, Effect: "Allow", Action: actions, Resource: resources}
	}
	want := iam.Document{Version: "2012-10-17", Statement: []iam.Statement{
		allow("DescribeRule", rule, "events:DescribeRule"),
		allow("PutEvents", []string{"arn:${AWS::Partition}:events:" + here + ":event-bus/${Bus}", "arn:${AWS::Partition}:events:" + here + ":event-bus/default"}, "events:PutEvents"),
		allow("PutRule", rule, "events:PutRule", "events:PutTargets"),
		allow("InvokeFunction", []string{"arn:${AWS::Partition}:lambda:" + here + ":function:${AWS::StackName}-orders-apply-event", "arn:aws:lambda:eu-west-1:1:function:mine"}, "lambda:InvokeFunction"),
		allow("SendMessage", []string{"${Queue}"}, "sqs:SendMessage"),
		allow("DescribeExecution", []string{"arn:aws:states:eu-west-1:1:execution:sub:*"}, "states:DescribeExecution"),
		allow("StartExecution", []string{"${Other}", "arn:aws:states:eu-west-1:1:stateMachine:sub"}, "states:StartExecution"),
		allow("StartSyncExecution", []string{"${Express}"}, "states:StartSyncExecution"),
		allow("StopExecution", []string{"arn:aws:states:eu-west-1:1:execution:sub:*"}, "states:StopExecution"),
	}}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
}

func TestAnUnknownCallIsRefused(t *testing.T) {
	t.Parallel()
	if d, err := iam.Of(calling(`"Resource": "arn:aws:states:::dynamodb:putItem"`), catalog(t)); err == nil || !strings.Contains(err.Error(), "dynamodb:putItem") {
		t.Errorf("%+v %v", d, err)
	}
}

// The machines of the repository call functions of the catalog only, each by its name.
func TestTheRepositorysFlowsInvokeWhatTheyName(t *testing.T) {
	t.Parallel()
	flows, err := statemachines.Flows()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range flows {
		d, err := iam.Of(f.Machine, catalog(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range d.Statement {
			if slices.ContainsFunc(s.Resource, func(r string) bool { return strings.Contains(r, "*") || strings.Contains(r, "Function}") }) {
				t.Errorf("%s: %+v", f.ID, s)
			}
		}
		text, err := d.JSON()
		var back iam.Document
		if err != nil || json.Unmarshal(text, &back) != nil || !cmp.Equal(d, back) {
			t.Errorf("%s: %v\n%s", f.ID, err, text)
		}
	}
}
