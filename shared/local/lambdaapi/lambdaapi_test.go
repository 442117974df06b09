package lambdaapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/lambda"
	"github.com/orderloom/orderloom/shared/local/lambdaapi"
)

func function(id string, h fn.Handler) fn.Function {
	return fn.Function{ID: id, Summary: "Do " + id, Timeout: 7 * time.Second, New: func(fn.Deps) fn.Handler { return h }}
}

// connect serves functions and returns the SDK's client.
func connect(t *testing.T, functions ...fn.Function) (*awslambda.Client, *lambdaapi.Handler) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	h := lambdaapi.New(lambda.New("demo", functions, fn.Deps{}, log), log)
	server := httptest.NewServer(h)
	t.Cleanup(func() { server.Close(); h.Close() })
	return awslambda.New(awslambda.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		})}), h
}

func echo(_ context.Context, in json.RawMessage) (json.RawMessage, error) { return in, nil }

func nothing(context.Context, json.RawMessage) (json.RawMessage, error) { return nil, nil }

func TestSDKInvokesByNameAndARN(t *testing.T) {
	t.Parallel()
	client, _ := connect(t, function("orders/record", echo))
	for _, name := range []string{"demo-orders-record", "demo-orders-record:live", "arn:aws:lambda:us-east-1:000000000000:function:demo-orders-record:live"} {
		out, err := client.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String(name), Payload: []byte(`{"a":"é"}`)})
		if err != nil || string(out.Payload) != `{"a":"é"}` || out.StatusCode != 200 || out.FunctionError != nil || aws.ToString(out.ExecutedVersion) != "$LATEST" {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
	}
}

func TestAFunctionWithoutAResultAnswersNull(t *testing.T) {
	t.Parallel()
	client, _ := connect(t, function("a", nothing))
	out, err := client.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String("demo-a")})
	if err != nil || string(out.Payload) != "null" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestSDKSeesAFailedFunction(t *testing.T) {
	t.Parallel()
	client, _ := connect(t, function("a", func(context.Context, json.RawMessage) (json.RawMessage, error) {
		return nil, fault.New(fault.Conflict, "somebody was first")
	}))
	out, err := client.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String("demo-a")})
	if err != nil || aws.ToString(out.FunctionError) != "Unhandled" {
		t.Fatalf("%+v, %v", out, err)
	}
	var failure fn.LambdaError
	if err := json.Unmarshal(out.Payload, &failure); err != nil || failure.ErrorType != fault.Conflict || !strings.Contains(failure.ErrorMessage, "somebody was first") {
		t.Errorf("%s, %v", out.Payload, err)
	}
}

func TestSDKSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	client, _ := connect(t, function("a", echo))
	invoke := func(name, payload string, kind types.InvocationType) error {
		_, err := client.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String(name), Payload: []byte(payload), InvocationType: kind})
		return err
	}
	for _, kind := range []types.InvocationType{types.InvocationTypeRequestResponse, types.InvocationTypeEvent, types.InvocationTypeDryRun} {
		if e, ok := errors.AsType[*types.ResourceNotFoundException](invoke("demo-b", "{}", kind)); !ok || !strings.Contains(e.ErrorMessage(), "demo-b") {
			t.Errorf("%s of an unknown function: %v", kind, e)
		}
	}
	if _, ok := errors.AsType[*types.InvalidRequestContentException](invoke("demo-a", "{", "")); !ok {
		t.Error("a payload that is no JSON")
	}
	if _, ok := errors.AsType[*types.RequestTooLargeException](invoke("demo-a", `"`+strings.Repeat("x", lambda.MaxPayload)+`"`, "")); !ok {
		t.Error("a payload that is too large")
	}
	if _, ok := errors.AsType[*types.InvalidParameterValueException](invoke("demo-a", `{}`, "Later")); !ok {
		t.Error("an unknown invocation type")
	}
	if err := invoke("demo-a", "{}", types.InvocationTypeDryRun); err != nil {
		t.Errorf("a dry run: %v", err)
	}
	_, err := client.GetFunction(t.Context(), &awslambda.GetFunctionInput{FunctionName: aws.String("demo-a")})
	if err == nil || !strings.Contains(err.Error(), "UnknownOperationException") {
		t.Errorf("another operation: %v", err)
	}
}

func TestAnAsynchronousInvocationIsTriedAgain(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	done := make(chan string, 3)
	client, h := connect(t, function("a", func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
		if calls.Add(1) == 1 {
			return nil, errors.New("not yet")
		}
		done <- string(in)
		return nil, nil
	}))
	out, err := client.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String("demo-a"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`{"n":1}`)})
	if err != nil || out.StatusCode != 202 || len(out.Payload) != 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	if got := <-done; got != `{"n":1}` || calls.Load() != 2 {
		t.Errorf("%s after %d calls", got, calls.Load())
	}
	h.Close()
	if h.Running() != 0 {
		t.Errorf("%d running", h.Running())
	}
}

func TestSDKListsFunctions(t *testing.T) {
	t.Parallel()
	client, _ := connect(t, function("orders/record", echo), function("b", echo))
	out, err := client.ListFunctions(t.Context(), &awslambda.ListFunctionsInput{})
	if err != nil || len(out.Functions) != 2 {
		t.Fatalf("%+v, %v", out, err)
	}
	f := out.Functions[0]
	if aws.ToString(f.FunctionName) != "demo-orders-record" || aws.ToInt32(f.Timeout) != 7 || aws.ToInt32(f.MemorySize) != 256 || aws.ToString(f.Description) != "Do orders/record" {
		t.Errorf("%+v", f)
	}
}
