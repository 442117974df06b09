package awsenv_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// asFunction makes this test's program the function that the tests invoke.
const asFunction = "ORDERLOOM_TEST_FUNCTION"

func TestMain(m *testing.M) {
	switch os.Getenv(asFunction) {
	case "":
		os.Exit(m.Run())
	case "works":
		awsenv.Start(function())
	case "lacks":
		awsenv.Start(function(), func(e awsenv.Env, _ *fn.Deps) error { _, err := e.Need("NOT_SET_ANYWHERE"); return err })
	}
}

// function does what its input says.
func function() fn.Function {
	return fn.Function{ID: "test/echo", New: func(d fn.Deps) fn.Handler {
		return func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
			_, limited := ctx.Deadline()
			switch strings.Trim(string(input), `"`) {
			case "refuse":
				return nil, fault.New(fault.Refused, "no").On("rec_1", "lines.0")
			case "fail":
				return nil, io.ErrUnexpectedEOF
			case "deps":
				return json.Marshal(map[string]any{"id": d.NewID("ord"), "setting": d.Setting(asFunction), "clock": !d.Clock.Now().IsZero(),
					"http": d.HTTP != nil, "log": d.Log != nil, "limited": limited})
			}
			return input, nil
		}
	}}
}

// result is what the function told the Runtime API.
type result struct {
	path string // below /2018-06-01/runtime
	body string
}

// runtimeAPI is Lambda's Runtime API for one function: it hands out the events
// in turn and then lets the function wait.
func runtimeAPI(t *testing.T, events ...string) (address string, results chan result) {
	t.Helper()
	next, done := make(chan string, len(events)), make(chan struct{})
	for _, e := range events {
		next <- e
	}
	results = make(chan result, len(events))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/2018-06-01/runtime")
		if path == "/invocation/next" {
			select {
			case e := <-next:
				w.Header().Set("Lambda-Runtime-Aws-Request-Id", "req-1")
				w.Header().Set("Lambda-Runtime-Deadline-Ms", "4102444800000") // 2100
				_, _ = io.WriteString(w, e)
			case <-done:
			}
			return
		}
		body, _ := io.ReadAll(r.Body)
		results <- result{path, string(body)}
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(func() { close(done); server.Close() })
	return strings.TrimPrefix(server.URL, "http://"), results
}

// start runs the function against the API until the test ends.
func start(t *testing.T, kind, address string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asFunction+"="+kind, "AWS_LAMBDA_RUNTIME_API="+address)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
}

func invoke(t *testing.T, kind, event string) result {
	t.Helper()
	address, results := runtimeAPI(t, event)
	start(t, kind, address)
	select {
	case r := <-results:
		return r
	case <-time.After(time.Minute):
		t.Fatal("the function did not answer")
		return result{}
	}
}

func TestResultIsTheHandlersJSON(t *testing.T) {
	t.Parallel()
	if r := invoke(t, "works", `{"n":12345678901234567890,"text":"<&>"}`); r != (result{"/invocation/req-1/response", `{"n":12345678901234567890,"text":"<&>"}`}) {
		t.Errorf("answered %+v", r)
	}
}

// TestErrorTypeIsTheFaultsCode: Retry and Catch match it; the message is the
// fault as JSON.
func TestErrorTypeIsTheFaultsCode(t *testing.T) {
	t.Parallel()
	r := invoke(t, "works", `"refuse"`)
	var failed fn.LambdaError
	if err := json.Unmarshal([]byte(r.body), &failed); err != nil || r.path != "/invocation/req-1/error" || failed.ErrorType != fault.Refused {
		t.Fatalf("answered %+v, %v", r, err)
	}
	var f fault.Error
	if err := json.Unmarshal([]byte(failed.ErrorMessage), &f); err != nil || f.Record != "rec_1" || f.Field != "lines.0" {
		t.Errorf("the message is %q, %v", failed.ErrorMessage, err)
	}
}

func TestAnyOtherErrorIsInternal(t *testing.T) {
	t.Parallel()
	if r := invoke(t, "works", `"fail"`); !strings.Contains(r.body, `"errorType":"`+fault.Internal+`"`) || !strings.HasSuffix(r.path, "/error") {
		t.Errorf("answered %+v", r)
	}
}

func TestDepsThatEveryFunctionHas(t *testing.T) {
	t.Parallel()
	r := invoke(t, "works", `"deps"`)
	want := regexp.MustCompile(`^\{"clock":true,"http":true,"id":"ord_[0-9A-HJKMNP-TV-Z]{26}","limited":true,"log":true,"setting":"works"\}$`)
	if !want.MatchString(r.body) {
		t.Errorf("answered %+v", r)
	}
}

// TestAMissingSettingIsTheAnswer, not an exit without a word.
func TestAMissingSettingIsTheAnswer(t *testing.T) {
	t.Parallel()
	r := invoke(t, "lacks", `{}`)
	if !strings.Contains(r.body, `"errorType":"`+fault.Misconfigured+`"`) || !strings.Contains(r.body, "NOT_SET_ANYWHERE") {
		t.Errorf("answered %+v", r)
	}
}

func TestConfigReadsWhatLambdaSets(t *testing.T) {
	t.Parallel()
	values := map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
	env := awsenv.Env{Lookup: func(name string) string { return values[name] }}
	cfg, err := env.Config()
	if err != nil || cfg.Region != "eu-central-1" || cfg.BaseEndpoint != nil || env.Local() {
		t.Fatalf("config is %+v, %v", cfg, err)
	}
	if c, err := cfg.Credentials.Retrieve(t.Context()); err != nil || c.AccessKeyID != "k" || c.SecretAccessKey != "s" || c.SessionToken != "t" {
		t.Errorf("credentials are %+v, %v", c, err)
	}
	values[awsenv.Endpoint] = "http://127.0.0.1:4566"
	if cfg, err := env.Config(); err != nil || *cfg.BaseEndpoint != "http://127.0.0.1:4566" || !env.Local() {
		t.Errorf("local config is %+v, %v", cfg, err)
	}
	delete(values, "AWS_REGION")
	if _, err := env.Config(); !fault.Is(err, fault.Misconfigured) || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("without a region: %v", err)
	}
}
