package statesapi_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
)

// tenMistakes are: a misspelled field, a state nobody has, a number out of
// range, an expression that does not parse, a variable nobody sets, a resource
// nobody has, a bad jitter, States.ALL not alone, a token pattern without a token,
// and a state that nothing leads to.
const tenMistakes = `{"QueryLanguage":"JSONata","StartAt":"A","States":{
 "A":{"Type":"Pass","Outputs":1,"Next":"B"},
 "B":{"Type":"Pass","Next":"Nowhere"},
 "C":{"Type":"Wait","Seconds":-1,"Next":"D"},
 "D":{"Type":"Pass","Output":"{% 1 + %}","Next":"E"},
 "E":{"Type":"Task","Resource":"arn:aws:states:::sns:publish","Next":"F"},
 "F":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},"Retry":[{"ErrorEquals":["X"],"JitterStrategy":"SOME"},{"ErrorEquals":["States.ALL","X"]}],"Next":"G"},
 "G":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Arguments":{"FunctionName":"f"},"Next":"H"},
 "H":{"Type":"Choice","Choices":[],"Default":"I"},
 "I":{"Type":"Succeed"},
 "J":{"Type":"Fail","Error":1}}}`

// A definition with ten mistakes reports ten, each with its place.
func TestAllMistakesAreReported(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	definition := tenMistakes
	out, err := w.ValidateStateMachineDefinition(ctx, &sfn.ValidateStateMachineDefinitionInput{Definition: &definition})
	if err != nil {
		t.Fatal(err)
	}
	if out.Result != types.ValidateStateMachineDefinitionResultCodeFail || aws.ToBool(out.Truncated) {
		t.Errorf("%+v", out)
	}
	where := map[string]bool{}
	for _, d := range out.Diagnostics {
		where[*d.Location] = true
		if !strings.Contains(*d.Message, "(byte ") || d.Severity != "ERROR" {
			t.Errorf("%s %s", *d.Location, *d.Message)
		}
	}
	for _, at := range []string{"/States/A/Outputs", "/States/B/Next", "/States/C/Seconds", "/States/D/Output", "/States/E/Resource", "/States/F/Retry/0/JitterStrategy",
		"/States/F/Retry/1/ErrorEquals/0", "/States/G/Arguments", "/States/H", "/States/J/Error"} {
		if !where[at] {
			t.Errorf("nothing at %s among %v", at, where)
		}
	}
	_, err = w.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{Name: aws.String("x"), Definition: &definition, RoleArn: aws.String("r")})
	is[*types.InvalidDefinition](t, err)
	for _, at := range []string{"/States/A/Outputs", "/States/J/Error"} {
		if !strings.Contains(err.Error(), at) {
			t.Errorf("%v does not name %s", err, at)
		}
	}
	out, err = w.ValidateStateMachineDefinition(ctx, &sfn.ValidateStateMachineDefinitionInput{Definition: &definition, MaxResults: 3})
	if err != nil || len(out.Diagnostics) != 3 || !aws.ToBool(out.Truncated) {
		t.Errorf("at most three: %+v %v", out, err)
	}
}

// A queue that this host does not have is a problem before anything runs.
func TestQueuesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out, err := w.ValidateStateMachineDefinition(t.Context(), &sfn.ValidateStateMachineDefinitionInput{Definition: aws.String(
		`{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{"QueueUrl":"q","MessageBody":"b"},"End":true}}}`)})
	if err != nil || out.Result != "FAIL" || !strings.Contains(*out.Diagnostics[0].Message, "sqs:sendMessage") {
		t.Errorf("%+v %v", out, err)
	}
}

// What is too large, too long or too deep fails the execution and nothing else.
func TestWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	for name, c := range map[string]struct{ expression, failure, cause string }{
		"257 KiB":        {"$pad('', 257 * 1024, 'x')", "States.DataLimitExceeded", ""},
		"an endless one": {"($f := function($n) { $f($n + 1) }; $f(0))", "States.QueryEvaluationError", ""},
		"a deep one":     {"($f := function($n) { 1 + $f($n + 1) }; $f(0))", "States.QueryEvaluationError", ""},
	} {
		definition, _ := json.Marshal(map[string]any{"QueryLanguage": "JSONata", "StartAt": "P", "States": map[string]any{
			"P": map[string]any{"Type": "Pass", "Output": "{% " + c.expression + " %}", "End": true}}})
		machine := w.create(t, strings.ReplaceAll(name, " ", "_"), string(definition), types.StateMachineTypeExpress)
		out, err := w.StartSyncExecution(ctx, &sfn.StartSyncExecutionInput{StateMachineArn: &machine})
		if err != nil || out.Status != types.SyncExecutionStatusFailed || aws.ToString(out.Error) != c.failure {
			t.Errorf("%s: %+v %v", name, out, err)
		}
	}
	machine := w.create(t, "ask", asking, types.StateMachineTypeStandard)
	large := `"` + strings.Repeat("x", 256<<10) + `"`
	_, err := w.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine, Input: &large})
	is[*types.ValidationException](t, err)
	if _, err := w.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine}); err != nil {
		t.Fatal(err)
	}
	token := <-w.tokens
	_, err = w.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: &large})
	if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != "ValidationException" {
		t.Errorf("a large output: %v", err)
	}
	if _, err = w.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`1`)}); err != nil {
		t.Errorf("the token is lost: %v", err)
	}
}

// Members that are missing or of the wrong kind are named, all at once.
func TestMembersAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct{ op, body, want string }{
		{"CreateStateMachine", `{"type":"QUICK"}`, "4 validation errors detected: Value null at 'definition' failed to satisfy constraint: Member must not be null; Value null at 'name'"},
		{"DescribeStateMachine", `{}`, "1 validation error detected: Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null"},
		{"ListExecutions", `{"stateMachineArn":"x","maxResults":1001,"statusFilter":"LOST"}`, "2 validation errors detected: Value 'LOST' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [RUNNING,"},
		{"ListExecutions", `{"stateMachineArn":"x","mapRunArn":"y"}`, "Must provide a StateMachine ARN or MapRun ARN"},
		{"GetExecutionHistory", `{"executionArn":"arn:aws:states:us-east-1:000000000000:express:m:x:y"}`, "Invalid Arn: 'Resource type not valid in this context: express'"},
		{"SendTaskSuccess", `{"taskToken":"t"}`, "Value null at 'output'"},
		{"TagResource", `{"resourceArn":"r"}`, "Value null at 'tags'"},
		{"UntagResource", `{"resourceArn":"r"}`, "Value null at 'tagKeys'"},
		{"TestState", `{"definition":"{}","inspectionLevel":"ALL"}`, "Value 'ALL' at 'inspectionLevel'"},
		{"TestState", `{"definition":"{}","mock":{}}`, "A mock has either a result or an errorOutput"},
		{"TestState", `{"definition":"{}","context":"{}"}`, "Context can only be specified together with a mock"},
		{"UpdateStateMachineAlias", `{"stateMachineAliasArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m:a"}`, "Either the description or the RoutingConfiguration must be specified"},
		{"CreateActivity", `{"name":"a"}`, "activities exist only on AWS"},
		{"DescribeMapRun", `{}`, "no Map Runs"},
		{"ListStateMachines", `{"maxResults":0,"somethingNew":{"a":[1]}}`, `{"stateMachines":[]}`},
	} {
		if got := w.post(t, c.op, c.body); !strings.Contains(got, c.want) {
			t.Errorf("%s %s: got %s, want %s", c.op, c.body, got, c.want)
		}
	}
}
