package runtimeapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/lambda"
	"github.com/orderloom/orderloom/shared/local/runtimeapi"
)

// TestMain makes this test's own program serve as a bootstrap.
func TestMain(m *testing.M) {
	switch os.Getenv("BOOTSTRAP") {
	case "":
		os.Exit(m.Run())
	case "broken":
		os.Exit(3)
	}
	awslambda.Start(bootstrap)
}

type request struct {
	Do  string
	Arg string
}

// bootstrap is the function that the tests run.
func bootstrap(ctx context.Context, in request) (any, error) {
	switch in.Do {
	case "env":
		return os.Getenv(in.Arg), nil
	case "pid":
		return os.Getpid(), nil
	case "deadline":
		_, ok := ctx.Deadline()
		return ok, nil
	case "fail":
		return nil, errors.New("no luck")
	case "hang":
		select {}
	case "exit":
		os.Exit(7)
	case "grow":
		return strings.Repeat("x", lambda.MaxResponse), nil
	case "meet": // two of these end only together
		return os.Getpid(), meet(in.Arg)
	}
	return in, nil
}

func meet(dir string) error {
	f, err := os.CreateTemp(dir, "here")
	if err != nil {
		return err
	}
	_ = f.Close()
	for {
		if all, err := os.ReadDir(dir); err != nil || len(all) == 2 {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

func open(t *testing.T, timeout time.Duration, mode string, processes int) *runtimeapi.Runtime {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := runtimeapi.New(runtimeapi.Options{
		Stack: "demo", Functions: []fn.Function{{ID: "a/b", Timeout: timeout}}, Endpoint: "http://127.0.0.1:4566", Processes: processes,
		Bootstrap: func(context.Context, fn.Function) (string, error) { return self, nil },
		Environment: func(fn.Function) map[string]string {
			return map[string]string{"BOOTSTRAP": mode, "TABLE_NAME": "demo-table"}
		},
	})
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func invoke(t *testing.T, r *runtimeapi.Runtime, do, arg string) (string, *fn.LambdaError) {
	t.Helper()
	payload, err := json.Marshal(request{do, arg})
	if err != nil {
		t.Fatal(err)
	}
	out, failure := r.Invoke(t.Context(), "demo-a-b", payload)
	return string(out), failure
}

func TestABootstrapSeesItsEnvironmentAndNothingElse(t *testing.T) {
	t.Setenv("SECRET_OF_THE_HOST", "s3cret")
	r := open(t, time.Minute, "run", 2)
	for name, want := range map[string]string{
		"TABLE_NAME": "demo-table", "AWS_LAMBDA_FUNCTION_NAME": "demo-a-b", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "local", "SECRET_OF_THE_HOST": "",
	} {
		if out, failure := invoke(t, r, "env", name); failure != nil || out != `"`+want+`"` {
			t.Errorf("%s = %s, %v", name, out, failure)
		}
	}
	if out, failure := invoke(t, r, "deadline", ""); failure != nil || out != "true" {
		t.Errorf("deadline: %s, %v", out, failure)
	}
}

func TestAProcessIsUsedAgainUntilItEnds(t *testing.T) {
	t.Parallel()
	r := open(t, time.Minute, "run", 1)
	first, _ := invoke(t, r, "pid", "")
	if _, failure := invoke(t, r, "fail", ""); failure == nil || failure.ErrorType != "errorString" || failure.ErrorMessage != "no luck" {
		t.Errorf("%+v", failure)
	}
	second, _ := invoke(t, r, "pid", "")
	if first == "" || first != second {
		t.Errorf("%s, then %s", first, second)
	}
	if _, failure := invoke(t, r, "exit", ""); failure == nil || failure.ErrorType != runtimeapi.ErrExit || !strings.Contains(failure.ErrorMessage, "exit status 7") {
		t.Errorf("%+v", failure)
	}
	if third, failure := invoke(t, r, "pid", ""); failure != nil || third == first {
		t.Errorf("%s after %s, %v", third, first, failure)
	}
	if s := r.Stats(); s.Invoked != 5 || s.Failed != 2 || s.Running != 0 {
		t.Errorf("%+v", s)
	}
}

func TestASlowProcessIsKilled(t *testing.T) {
	t.Parallel()
	r := open(t, 1500*time.Millisecond, "run", 1)
	before, _ := invoke(t, r, "pid", "")
	if _, failure := invoke(t, r, "hang", ""); failure == nil || failure.ErrorType != lambda.ErrTimedOut {
		t.Errorf("%+v", failure)
	}
	if after, failure := invoke(t, r, "pid", ""); failure != nil || after == before {
		t.Errorf("%s after %s, %v", after, before, failure)
	}
}

func TestTwoProcessesWorkAtOnceAndFurtherInvocationsWait(t *testing.T) {
	t.Parallel()
	r := open(t, time.Minute, "run", 2)
	dir := t.TempDir()
	var mu sync.Mutex
	pids := map[string]bool{}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			out, failure := invoke(t, r, "meet", dir)
			mu.Lock()
			defer mu.Unlock()
			if pids[out] = true; failure != nil {
				t.Errorf("%+v", failure)
			}
		})
	}
	wg.Wait()
	for range 10 {
		wg.Go(func() {
			out, failure := invoke(t, r, "pid", "")
			mu.Lock()
			defer mu.Unlock()
			if pids[out] = true; failure != nil {
				t.Errorf("%+v", failure)
			}
		})
	}
	wg.Wait()
	if len(pids) != 2 {
		t.Errorf("processes %v", pids)
	}
}

func TestABootstrapThatDoesNotComeUpFailsWhatWaitsForIt(t *testing.T) {
	t.Parallel()
	r := open(t, time.Minute, "broken", 2)
	for range 2 {
		if _, failure := invoke(t, r, "pid", ""); failure == nil || failure.ErrorType != runtimeapi.ErrExit || !strings.Contains(failure.ErrorMessage, "exit status 3") {
			t.Errorf("%+v", failure)
		}
	}
}

func TestCloseEndsWhatRuns(t *testing.T) {
	t.Parallel()
	r := open(t, time.Minute, "run", 2)
	if _, failure := invoke(t, r, "pid", ""); failure != nil {
		t.Fatalf("%+v", failure)
	}
	ended := make(chan *fn.LambdaError)
	go func() {
		_, failure := r.Invoke(t.Context(), "a/b", []byte(`{"Do":"hang"}`))
		ended <- failure
	}()
	for r.Stats().Running == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if failure := <-ended; failure == nil || failure.ErrorType != runtimeapi.ErrExit {
		t.Errorf("%+v", failure)
	}
	if _, failure := invoke(t, r, "pid", ""); failure == nil || failure.ErrorType != runtimeapi.ErrExit {
		t.Errorf("after Close: %+v", failure)
	}
}

func TestLimitsAreLambdas(t *testing.T) {
	t.Parallel()
	r := open(t, time.Minute, "run", 2)
	if _, failure := r.Invoke(t.Context(), "none", nil); failure == nil || failure.ErrorType != lambda.ErrNotFound {
		t.Errorf("%+v", failure)
	}
	if _, failure := r.Invoke(t.Context(), "a/b", make([]byte, lambda.MaxPayload+1)); failure == nil || failure.ErrorType != lambda.ErrPayloadTooLarge {
		t.Errorf("%+v", failure)
	}
	if _, failure := invoke(t, r, "grow", ""); failure == nil || failure.ErrorType != lambda.ErrResponseTooLarge {
		t.Errorf("%+v", failure)
	}
}

func TestBuilderBuildsAFunctionsMain(t *testing.T) {
	t.Parallel()
	project := t.TempDir()
	for path, text := range map[string]string{
		"go.mod":                                 "module example.com/demo\n\ngo 1.26\n",
		"functions/orders/record/main.go":        "package main\n\nfunc main() {}\n",
		"functions/providers/shop/order/main.go": "package main\n\nfunc main() {}\n",
		"functions/orders/broken/main.go":        "package main\n\nfunc main() { missing() }\n",
	} {
		file := filepath.Join(project, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := &runtimeapi.Builder{Project: project, Cache: t.TempDir()}
	for _, id := range []string{"orders/record", "shop/order", "orders/record"} {
		program, err := b.Build(t.Context(), fn.Function{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(program); err != nil || info.Mode()&0o100 == 0 {
			t.Errorf("%s: %v, %v", id, info, err)
		}
	}
	if _, err := b.Build(t.Context(), fn.Function{ID: "orders/broken"}); !fault.Is(err, fault.Misconfigured) || !strings.Contains(err.Error(), "missing") {
		t.Errorf("%v", err)
	}
	if _, err := b.Build(t.Context(), fn.Function{ID: "orders/none"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}
