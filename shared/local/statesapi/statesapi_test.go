package statesapi_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/local/statesapi"
)

// world is an engine behind the protocol, the official client in front of it,
// and the tokens that the function "ask" was given.
type world struct {
	*sfn.Client
	tokens chan string
	url    string
}

func newWorld(t *testing.T) world {
	t.Helper()
	tokens := make(chan string, 10)
	e, err := engine.Open(t.Context(), engine.Options{
		InvokeLambda: func(_ context.Context, name string, payload []byte) ([]byte, *engine.TaskError) {
			if name == "ask" {
				tokens <- strings.Trim(string(payload), `"`)
			}
			return payload, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(statesapi.New(e, slog.New(slog.DiscardHandler)))
	t.Cleanup(func() { server.Close(); e.Close() })
	// StartSyncExecution goes to sync-<host>; every name leads to the server.
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
	client := sfn.New(sfn.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://states.local"),
		Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""), RetryMaxAttempts: 1,
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial}}})
	return world{client, tokens, server.URL}
}

const asking = `{"QueryLanguage":"JSONata","StartAt":"Ask","States":{"Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
 "Arguments":{"FunctionName":"ask","Payload":"{% $states.context.Task.Token %}"},"Assign":{"said":"{% $states.result %}"},"End":true}}}`

const passing = `{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Pass","Output":"{% $states.input.a + 1 %}","End":true}}}`

func (w world) create(t *testing.T, name, definition string, typ types.StateMachineType) string {
	t.Helper()
	out, err := w.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: &name, Definition: &definition, Type: typ,
		RoleArn: aws.String("arn:aws:iam::000000000000:role/r"), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("oms")}}})
	if err != nil {
		t.Fatal(err)
	}
	return *out.StateMachineArn
}

func TestExecutionOverTheWire(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	machine := w.create(t, "ask", asking, types.StateMachineTypeStandard)
	started, err := w.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine, Name: aws.String("one"), Input: aws.String(`{"a":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	token := <-w.tokens
	if _, err := w.SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: &token}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{"b":2}`)}); err != nil {
		t.Fatal(err)
	}
	x, err := w.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
	if err != nil || x.Status != types.ExecutionStatusSucceeded || *x.Output != `{"b":2}` || *x.Input != `{"a":1}` || x.StopDate == nil {
		t.Fatalf("described as %+v, %v", x, err)
	}
	h, err := w.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{ExecutionArn: started.ExecutionArn, ReverseOrder: true, MaxResults: 2})
	if err != nil || len(h.Events) != 2 || h.NextToken == nil || *h.Events[0].ExecutionSucceededEventDetails.Output != `{"b":2}` {
		t.Fatalf("the end of the history is %+v, %v", h, err)
	}
	if exit := h.Events[1].StateExitedEventDetails; *exit.Name != "Ask" || exit.AssignedVariables["said"] != `{"b":2}` {
		t.Fatalf("the exit is %+v", exit)
	}
	list, err := w.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine, StatusFilter: types.ExecutionStatusSucceeded})
	if err != nil || len(list.Executions) != 1 || *list.Executions[0].Name != "one" {
		t.Fatalf("listed %+v, %v", list, err)
	}
	of, err := w.DescribeStateMachineForExecution(ctx, &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: started.ExecutionArn})
	if err != nil || *of.Definition != asking {
		t.Fatalf("the machine of the execution is %+v, %v", of, err)
	}
}

func TestStopAndFail(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	machine := w.create(t, "ask", asking, types.StateMachineTypeStandard)
	for _, end := range []func(arn, token *string) error{
		func(arn, _ *string) error {
			_, err := w.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: arn, Error: aws.String("E"), Cause: aws.String("c")})
			return err
		},
		func(_, token *string) error {
			_, err := w.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: token, Error: aws.String("E"), Cause: aws.String("c")})
			return err
		},
	} {
		started, err := w.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine})
		if err != nil {
			t.Fatal(err)
		}
		token := <-w.tokens
		if err := end(started.ExecutionArn, &token); err != nil {
			t.Fatal(err)
		}
		x, err := w.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		if err != nil || x.Status == types.ExecutionStatusRunning || *x.Error != "E" || *x.Cause != "c" {
			t.Fatalf("described as %+v, %v", x, err)
		}
	}
}

func TestSyncExecution(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	machine := w.create(t, "quick", passing, types.StateMachineTypeExpress)
	out, err := w.StartSyncExecution(ctx, &sfn.StartSyncExecutionInput{StateMachineArn: &machine, Input: aws.String(`{"a":1}`)})
	if err != nil || out.Status != types.SyncExecutionStatusSucceeded || *out.Output != "2" {
		t.Fatalf("answered %+v, %v", out, err)
	}
	out, err = w.StartSyncExecution(ctx, &sfn.StartSyncExecutionInput{StateMachineArn: &machine, Input: aws.String(`{"a":"x"}`)})
	if err != nil || out.Status != types.SyncExecutionStatusFailed || *out.Error != "States.QueryEvaluationError" {
		t.Fatalf("a failed one answered %+v, %v", out, err)
	}
}

func TestVersionsAndAliases(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	machine := w.create(t, "m", passing, types.StateMachineTypeStandard)
	v, err := w.PublishStateMachineVersion(ctx, &sfn.PublishStateMachineVersionInput{StateMachineArn: &machine})
	if err != nil {
		t.Fatal(err)
	}
	alias, err := w.CreateStateMachineAlias(ctx, &sfn.CreateStateMachineAliasInput{Name: aws.String("live"),
		RoutingConfiguration: []types.RoutingConfigurationListItem{{StateMachineVersionArn: v.StateMachineVersionArn, Weight: 100}}})
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(passing, "+ 1", "+ 2", 1)
	up, err := w.UpdateStateMachine(ctx, &sfn.UpdateStateMachineInput{StateMachineArn: &machine, Definition: &changed, Publish: true})
	if err != nil || *up.StateMachineVersionArn != machine+":2" {
		t.Fatalf("updated to %+v, %v", up, err)
	}
	for arn, want := range map[string]string{*alias.StateMachineAliasArn: "11", machine: "12", machine + ":1": "11"} {
		s, err := w.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &arn, Input: aws.String(`{"a":10}`)})
		if err != nil {
			t.Fatal(err)
		}
		x, err := w.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: s.ExecutionArn})
		if err != nil || *x.Output != want {
			t.Fatalf("%s yields %v, want %s (%v)", arn, aws.ToString(x.Output), want, err)
		}
	}
	if _, err := w.UpdateStateMachineAlias(ctx, &sfn.UpdateStateMachineAliasInput{StateMachineAliasArn: alias.StateMachineAliasArn,
		RoutingConfiguration: []types.RoutingConfigurationListItem{{StateMachineVersionArn: up.StateMachineVersionArn, Weight: 100}}}); err != nil {
		t.Fatal(err)
	}
	d, err := w.DescribeStateMachineAlias(ctx, &sfn.DescribeStateMachineAliasInput{StateMachineAliasArn: alias.StateMachineAliasArn})
	if err != nil || *d.RoutingConfiguration[0].StateMachineVersionArn != machine+":2" || *d.Name != "live" {
		t.Fatalf("the alias is %+v, %v", d, err)
	}
	versions, err := w.ListStateMachineVersions(ctx, &sfn.ListStateMachineVersionsInput{StateMachineArn: &machine})
	if err != nil || len(versions.StateMachineVersions) != 2 {
		t.Fatalf("versions are %+v, %v", versions, err)
	}
	aliases, err := w.ListStateMachineAliases(ctx, &sfn.ListStateMachineAliasesInput{StateMachineArn: &machine})
	if err != nil || len(aliases.StateMachineAliases) != 1 {
		t.Fatalf("aliases are %+v, %v", aliases, err)
	}
	tags, err := w.ListTagsForResource(ctx, &sfn.ListTagsForResourceInput{ResourceArn: &machine})
	if err != nil || len(tags.Tags) != 1 || *tags.Tags[0].Value != "oms" {
		t.Fatalf("tags are %+v, %v", tags, err)
	}
	all, err := w.ListStateMachines(ctx, &sfn.ListStateMachinesInput{})
	if err != nil || len(all.StateMachines) != 1 || all.StateMachines[0].CreationDate.IsZero() {
		t.Fatalf("machines are %+v, %v", all, err)
	}
	if _, err := w.DeleteStateMachine(ctx, &sfn.DeleteStateMachineInput{StateMachineArn: &machine}); err != nil {
		t.Fatal(err)
	}
	_, err = w.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &machine})
	if _, ok := errors.AsType[*types.StateMachineDoesNotExist](err); !ok {
		t.Fatalf("a deleted machine: %v", err)
	}
}

func TestValidateDefinition(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	bad := strings.Replace(passing, `"End":true`, `"Next":"Nowhere"`, 1)
	out, err := w.ValidateStateMachineDefinition(ctx, &sfn.ValidateStateMachineDefinitionInput{Definition: &bad})
	if err != nil || out.Result != "FAIL" || *out.Diagnostics[0].Code != "UNKNOWN_TARGET" || *out.Diagnostics[0].Location != "/States/P/Next" {
		t.Fatalf("a bad definition: %+v, %v", out, err)
	}
	out, err = w.ValidateStateMachineDefinition(ctx, &sfn.ValidateStateMachineDefinitionInput{Definition: aws.String(passing)})
	if err != nil || out.Result != "OK" {
		t.Fatalf("a good definition: %+v, %v", out, err)
	}
	out, err = w.ValidateStateMachineDefinition(ctx, &sfn.ValidateStateMachineDefinitionInput{Definition: aws.String(asking), Type: types.StateMachineTypeExpress})
	if err != nil || out.Result != "FAIL" {
		t.Fatalf("a token in an Express machine: %+v, %v", out, err)
	}
}

// Errors have the names that the SDK knows.
func TestErrors(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	machine := w.create(t, "ask", asking, types.StateMachineTypeStandard)
	start := func(input string) error {
		_, err := w.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine, Name: aws.String("n"), Input: &input})
		return err
	}
	if err := start(`{}`); err != nil {
		t.Fatal(err)
	}
	if err := start(`{}`); err != nil {
		t.Fatalf("the same start again: %v", err)
	}
	token := <-w.tokens
	succeed := func(token string) error {
		_, err := w.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("1")})
		return err
	}
	is[*types.ExecutionAlreadyExists](t, start(`{"x":1}`))
	is[*types.InvalidExecutionInput](t, start(`{`))
	is[*types.InvalidToken](t, succeed("nonsense"))
	if err := succeed(token); err != nil {
		t.Fatal(err)
	}
	is[*types.TaskTimedOut](t, succeed(token))
	_, err := w.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String("arn:aws:states:us-east-1:000000000000:execution:a:b")})
	is[*types.ExecutionDoesNotExist](t, err)
	_, err = w.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: aws.String("nonsense")})
	is[*types.InvalidArn](t, err)
	_, err = w.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{Name: aws.String("x"), Definition: aws.String("{}"), RoleArn: aws.String("r")})
	is[*types.InvalidDefinition](t, err)
	_, err = w.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{Name: aws.String("a b"), Definition: aws.String(passing), RoleArn: aws.String("r")})
	is[*types.InvalidName](t, err)
	_, err = w.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{Name: aws.String("ask"), Definition: aws.String(passing), RoleArn: aws.String("r")})
	is[*types.StateMachineAlreadyExists](t, err)
	_, err = w.StartSyncExecution(ctx, &sfn.StartSyncExecutionInput{StateMachineArn: &machine})
	is[*types.StateMachineTypeNotSupported](t, err)
	_, err = w.ListTagsForResource(ctx, &sfn.ListTagsForResourceInput{ResourceArn: aws.String(machine + "x")})
	is[*types.ResourceNotFound](t, err)
	_, err = w.CreateActivity(ctx, &sfn.CreateActivityInput{Name: aws.String("a")})
	if err == nil || !strings.Contains(err.Error(), "UnknownOperationException") {
		t.Errorf("an operation that is not there: %v", err)
	}
}

func is[E error](t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[E](err); !ok {
		var want E
		t.Errorf("got %v, want a %T", err, want)
	}
}

// post sends a request that no SDK would and returns the answer's body.
func (w world) post(t *testing.T, op, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Amz-Target", statesapi.TargetPrefix+op)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for target, body := range map[string]string{"": "{}", "AWSStepFunctions.StartExecution": "{", "AWSStepFunctions.DescribeExecution": `{"executionArn":1}`} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Amz-Target", target)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusBadRequest || res.Header.Get("X-Amzn-Errortype") == "" {
			t.Errorf("%s %s: %s", target, body, res.Status)
		}
	}
}
