package oracle

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/local/statesapi"
)

const account = "123456789012" // moto's

// endpoint is one side of the comparison.
type endpoint struct {
	*sfn.Client
}

type endpoints struct{ ours, moto endpoint }

// newEndpoints starts both sides, for the length of the test.
func newEndpoints(t *testing.T) endpoints {
	t.Helper()
	python := os.Getenv("MOTO_PYTHON")
	if python == "" {
		t.Skip("MOTO_PYTHON names no Python that has moto[server]; see make moto")
	}
	return endpoints{startOurs(t), startMoto(t, python)}
}

// client asks again when a connection breaks: moto's server drops some when the
// machine is busy. Every call of the comparison may be repeated.
func client(url string) endpoint {
	return endpoint{sfn.New(sfn.Options{Region: "us-east-1", BaseEndpoint: &url, RetryMaxAttempts: 5,
		HTTPClient:  awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.DisableKeepAlives = true }),
		Credentials: credentials.NewStaticCredentialsProvider("k", "s", "")})}
}

func startOurs(t *testing.T) endpoint {
	t.Helper()
	f := &functions{}
	e, err := engine.Open(t.Context(), engine.Options{Account: account, InvokeLambda: f.invoke, PutEvents: putEvents})
	if err != nil {
		t.Fatal(err)
	}
	f.engine = e
	server := httptest.NewServer(statesapi.New(e, slog.New(slog.DiscardHandler)))
	t.Cleanup(func() { server.Close(); e.Close() })
	return client(server.URL)
}

// startMoto starts moto_server.py; its messages are shown when the test fails.
func startMoto(t *testing.T, python string) endpoint {
	t.Helper()
	port := freePort(t)
	log, err := os.CreateTemp(t.TempDir(), "moto")
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(python, "moto_server.py", port)
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	t.Cleanup(func() { server.Process.Kill() })
	address := "127.0.0.1:" + port
	for begin := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return client("http://" + address)
		}
		select {
		case err := <-ended:
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("moto did not start: %v\n%s", err, text)
		default:
		}
		if time.Since(begin) > time.Minute {
			t.Fatal("moto does not answer")
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

// test is a *testing.T or a *rapid.T.
type test interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// runAll runs a case with all its inputs at once.
func (e endpoint) runAll(t test, c machineCase) []outcome {
	t.Helper()
	ctx := context.Background()
	out := make([]outcome, len(c.inputs))
	if c.child != "" {
		if _, err := e.create(ctx, c.name+"-child", c.child); err != nil {
			t.Fatal(err)
		}
	}
	machine, err := e.create(ctx, c.name, c.definition)
	if err != nil {
		for i := range out {
			out[i] = outcome{refused: err.Error()}
		}
		return out
	}
	started := make([]*string, len(c.inputs))
	for i, input := range c.inputs {
		x, err := e.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: machine, Name: aws.String(fmt.Sprintf("%s-%d", c.name, i)), Input: &input})
		if err != nil {
			t.Fatal(err)
		}
		started[i] = x.ExecutionArn
	}
	for i, x := range started {
		if out[i], err = e.finish(ctx, x); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func (e endpoint) create(ctx context.Context, name, definition string) (*string, error) {
	m, err := e.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{Name: &name, Definition: &definition,
		RoleArn: aws.String("arn:aws:iam::" + account + ":role/flow")})
	if err != nil {
		return nil, err
	}
	return m.StateMachineArn, nil
}

// patience is how long an execution may take.
const patience = 30 * time.Second

// finish waits for the end of an execution.
func (e endpoint) finish(ctx context.Context, arn *string) (outcome, error) {
	begin := time.Now()
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 300*time.Millisecond) {
		x, err := e.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: arn})
		if err != nil {
			return outcome{}, err
		}
		if x.Status == types.ExecutionStatusRunning && time.Since(begin) < patience {
			time.Sleep(pause)
			continue
		}
		h, err := e.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{ExecutionArn: arn, MaxResults: 1000})
		if err != nil {
			return outcome{}, err
		}
		return outcome{status: string(x.Status), failure: aws.ToString(x.Error), cause: aws.ToString(x.Cause),
			output: finalOutput(h.Events), history: steps(h.Events)}, nil
	}
}
