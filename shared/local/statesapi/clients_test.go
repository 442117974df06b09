package statesapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/local/statesapi"
)

// walkFile has the steps that every client takes: an operation with its
// members, and the error or a pattern that its answer must have.
const walkFile = "clients/walk.json"

type step struct {
	Op    string            `json:"op"`
	In    json.RawMessage   `json:"in"`
	Error string            `json:"error"` // code
	Want  string            `json:"want"`  // expression that the answer matches
	Save  map[string]string `json:"save"`  // names and expressions: ${name} in later steps
	Until string            `json:"until"` // repeat until the answer matches
}

// taken is what one step answered.
type taken struct {
	Op     string `json:"op"`
	Error  string `json:"error,omitempty"`
	Answer any    `json:"answer,omitempty"`
}

func steps(t *testing.T) []step {
	t.Helper()
	data, err := os.ReadFile(walkFile)
	if err != nil {
		t.Fatal(err)
	}
	var all []step
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// serve starts an engine of its own, in which nothing is left to chance, and
// returns its address.
func serve(t *testing.T) string {
	t.Helper()
	var ids atomic.Int64
	e, err := engine.Open(t.Context(), engine.Options{NewID: func() string { return fmt.Sprintf("id-%d", ids.Add(1)) },
		InvokeLambda: func(_ context.Context, _ string, payload []byte) ([]byte, *engine.TaskError) { return payload, nil }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(statesapi.New(e, slog.New(slog.DiscardHandler)))
	t.Cleanup(func() { server.Close(); e.Close() })
	return server.URL
}

// The SDK for Go takes every step, and every operation that there is has one.
func TestEveryOperationWithTheSDKForGo(t *testing.T) {
	t.Parallel()
	all := steps(t)
	judge(t, all, walkSDK(t, serve(t), all))
	seen := map[string]bool{}
	for _, s := range all {
		seen[s.Op] = true
	}
	client := reflect.TypeFor[*sfn.Client]()
	for m := range client.Methods() {
		onlyOnAWS := strings.Contains(m.Name, "Activity") || m.Name == "ListActivities" || strings.Contains(m.Name, "MapRun") || m.Name == "Options"
		if !seen[m.Name] && !onlyOnAWS {
			t.Errorf("no step calls %s", m.Name)
		}
	}
}

// boto3 and the AWS CLI take the same steps and get the same answers.
func TestOtherClients(t *testing.T) {
	t.Parallel()
	python := os.Getenv("CLIENTS_PYTHON")
	if python == "" {
		t.Skip("CLIENTS_PYTHON names no Python that has boto3; see make clients")
	}
	python, err := exec.LookPath(python)
	if err != nil {
		t.Fatal(err)
	}
	all := steps(t)
	want := walkSDK(t, serve(t), all)
	for _, kind := range []string{"boto3", "cli"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			got := walkPython(t, python, kind, all)
			judge(t, all, got)
			if diff := cmp.Diff(plain(want), plain(got)); diff != "" {
				t.Errorf("%s and the SDK for Go are answered differently: %s", kind, diff)
			}
		})
	}
}

func walkPython(t *testing.T, python, kind string, all []step) []taken {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), python, filepath.FromSlash("clients/client.py"), kind, serve(t), walkFile)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(python)+string(os.PathListSeparator)+os.Getenv("PATH"))
	data, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	var out []taken
	if err := json.Unmarshal(data, &out); err != nil || len(out) != len(all) {
		t.Fatalf("%d of %d steps, %v", len(out), len(all), err)
	}
	return out
}

// judge compares the answers with what the steps want.
func judge(t *testing.T, all []step, got []taken) {
	t.Helper()
	for i, s := range all {
		text := flat(plainAnswer(got[i].Answer))
		if got[i].Error != s.Error || !regexp.MustCompile(s.Want).MatchString(text) {
			t.Errorf("step %d: %s %s\nanswered %s %s\nwant %s %s", i, s.Op, s.In, got[i].Error, text, s.Error, s.Want)
		}
	}
}

// flat is an answer as text in which JSON inside texts reads like JSON.
func flat(answer any) string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(answer); err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(strings.TrimSpace(buf.String()), `\`, "")
}

// walkSDK takes the steps with the SDK for Go.
func walkSDK(t *testing.T, url string, all []step) []taken {
	t.Helper()
	// The SDK dials sync-<host> for some operations; every name leads to the server.
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(url, "http://"))
	}
	client := sfn.New(sfn.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://states.local"), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""), HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial}}})
	saved := []string{}
	var out []taken
	for _, s := range all {
		in := strings.NewReplacer(saved...).Replace(string(s.In))
		got := callSDK(t, client, s.Op, in)
		for begin := time.Now(); s.Until != "" && !regexp.MustCompile(s.Until).MatchString(flat(got.Answer)) && time.Since(begin) < 30*time.Second; {
			time.Sleep(time.Millisecond)
			got = callSDK(t, client, s.Op, in)
		}
		for name, pattern := range s.Save {
			if m := regexp.MustCompile(pattern).FindStringSubmatch(flat(got.Answer)); m != nil {
				saved = append([]string{"${" + name + "}", m[1]}, saved...)
			}
		}
		out = append(out, got)
	}
	return out
}

// callSDK calls an operation by its name, with members as JSON.
func callSDK(t *testing.T, client *sfn.Client, op, members string) taken {
	t.Helper()
	method := reflect.ValueOf(client).MethodByName(op)
	in := reflect.New(method.Type().In(1).Elem())
	if err := json.Unmarshal([]byte(members), in.Interface()); err != nil {
		t.Fatalf("%s %s: %v", op, members, err)
	}
	res := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
	if err, _ := res[1].Interface().(error); err != nil {
		api, ok := errors.AsType[smithy.APIError](err)
		if !ok {
			t.Fatalf("%s: %v", op, err)
		}
		return taken{Op: op, Error: api.ErrorCode()}
	}
	data, err := json.Marshal(res[0].Interface())
	if err != nil {
		t.Fatal(err)
	}
	var answer any
	if err := json.Unmarshal(data, &answer); err != nil {
		t.Fatal(err)
	}
	return taken{Op: op, Answer: plainAnswer(answer)}
}

// aToken is a task token in a text that holds JSON.
var aToken = regexp.MustCompile(`(Payload\\*":\\*")[A-Za-z0-9_-]{20,}`)

// plain is what answers of different engines have in common: tokens are alike.
func plain(all []taken) []string {
	out := make([]string, len(all))
	for i, one := range all {
		text, _ := json.Marshal(plainAnswer(one.Answer)) // it was JSON before
		out[i] = one.Op + " " + one.Error + string(aToken.ReplaceAll(text, []byte("${1}a token")))
	}
	return out
}

// plainAnswer makes answers of different clients comparable: names begin with a
// small letter, what is empty is left out, and times are alike.
func plainAnswer(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			name = strings.ToLower(name[:1]) + name[1:]
			if m := plainAnswer(member); m != nil && name != "resultMetadata" {
				if strings.HasSuffix(name, "Date") || name == "timestamp" {
					m = "a time"
				}
				if name == "billedDurationInMilliseconds" {
					m = "a duration"
				}
				out[name] = m
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		var out []any
		for _, item := range v {
			out = append(out, plainAnswer(item))
		}
		if out == nil {
			return nil
		}
		return out
	case string:
		if v == "" {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	case float64:
		if v == 0 {
			return nil
		}
	}
	return v
}
