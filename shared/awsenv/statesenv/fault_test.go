package statesenv_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/awsenv/statesenv"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// environment is what a function finds whose Step Functions refuses everything
// with one code.
func environment(t *testing.T, code string) map[string]string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"`+code+`","message":"because"}`)
	}))
	t.Cleanup(server.Close)
	return map[string]string{awsenv.StateMachinePrefix: prefix, awsenv.StackName: "shop", awsenv.FlowRole: "arn:role", awsenv.Endpoint: server.URL,
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
}

func need(values map[string]string) (fn.States, error) {
	var d fn.Deps
	err := statesenv.Machines(awsenv.Env{Lookup: func(name string) string { return values[name] }}, &d)
	return d.States, err
}

// The code decides whether a caller retries.
func TestARefusalOfStepFunctionsIsAFault(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"StateMachineDoesNotExist": fault.NotFound, "ResourceNotFound": fault.NotFound,
		"InvalidName": fault.Invalid, "InvalidExecutionInput": fault.Invalid, "InvalidDefinition": fault.Invalid, "ValidationException": fault.Invalid,
		"ConflictException":     fault.Conflict,
		"AccessDeniedException": fault.Misconfigured, "UnrecognizedClientException": fault.Misconfigured, "InvalidArn": fault.Misconfigured,
		"ExecutionLimitExceeded": fault.Unavailable, "StateMachineDeleting": fault.Unavailable,
	} {
		states, err := need(environment(t, code))
		if err != nil {
			t.Fatal(err)
		}
		err = states.Start(t.Context(), "lab", "ord_1-lab-1", []byte(`{}`))
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != want || f.Record != "ord_1-lab-1" || !strings.Contains(f.Message, "because") {
			t.Errorf("%s: %v", code, err)
		}
		if _, err := states.Publish(t.Context(), "flow-mine", recording()); !fault.Is(err, want) {
			t.Errorf("%s, publishing: %v", code, err)
		}
	}
}

// The token is a key to the execution: it stands in no message.
func TestAnAnswerThatFailsDoesNotShowTheToken(t *testing.T) {
	t.Parallel()
	states, err := need(environment(t, "InvalidOutput"))
	if err != nil {
		t.Fatal(err)
	}
	if err := states.Succeed(t.Context(), "secret-token", []byte(`{`)); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret-token") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := states.Fail(ctx, "secret-token", "Some.Code", "why"); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that ended: %v", err)
	}
}

func TestAFunctionThatNeedsMachinesSaysWhatItLacks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{awsenv.StateMachinePrefix, awsenv.StackName, "AWS_REGION"} {
		values := environment(t, "")
		delete(values, name)
		if _, err := need(values); !fault.Is(err, fault.Misconfigured) || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
