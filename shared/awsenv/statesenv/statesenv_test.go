package statesenv_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/orderloom/orderloom/shared/awsenv/statesenv"
	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/statesapi"
)

// world is the port in front of a real engine. The function orders/record
// answers what it gets; orders/apply-event keeps its token and lets wait.
type world struct {
	fn.States
	client  *sfn.Client
	tokens  chan string
	invoked chan string
}

const prefix = "arn:aws:states:us-east-1:000000000000:stateMachine:shop-"

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{tokens: make(chan string, 10), invoked: make(chan string, 100)}
	e, err := engine.Open(t.Context(), engine.Options{
		InvokeLambda: func(_ context.Context, name string, payload []byte) ([]byte, *engine.TaskError) {
			w.invoked <- name
			if name == "shop-orders-apply-event" {
				var token string
				if err := json.Unmarshal(payload, &token); err != nil {
					return nil, &engine.TaskError{Error: "Test", Cause: err.Error()}
				}
				w.tokens <- token
			}
			return payload, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(statesapi.New(e, slog.New(slog.DiscardHandler)))
	t.Cleanup(func() { server.Close(); e.Close() })
	w.client = sfn.New(sfn.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("k", "s", "")})
	w.States = port(t, w.client, "arn:aws:iam::000000000000:role/flow")
	return w
}

func port(t *testing.T, client *sfn.Client, role string) fn.States {
	t.Helper()
	p, err := statesenv.New(client, statesenv.Stack{Name: "shop", Prefix: prefix, FlowRole: role})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// calling is a machine with one step that calls a function.
func calling(function, resource, payload string) []byte {
	return []byte(`{"QueryLanguage":"JSONata","StartAt":"Call","States":{"Call":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke` + resource + `",
 "Arguments":{"FunctionName":"${` + function + `}","Payload":"` + payload + `"},"End":true}}}`)
}

func recording() []byte { return calling("OrdersRecordFunction", "", "{% $states.input %}") }
func waiting() []byte {
	return calling("OrdersApplyEventFunction", ".waitForTaskToken", "{% $states.context.Task.Token %}")
}

func (w world) publish(t *testing.T, name string, definition []byte) string {
	t.Helper()
	version, err := w.Publish(t.Context(), name, definition)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

// ended returns the run's last event; the engine's work is done by then.
func (w world) ended(t *testing.T, run string) fn.HistoryEvent {
	t.Helper()
	for {
		all, err := w.History(t.Context(), run, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if last := all[len(all)-1]; strings.HasPrefix(last.Type, "Execution") && last.Type != "ExecutionStarted" {
			return last
		}
	}
}

func TestPublishMakesAMachineLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if v := w.publish(t, "flow-mine", recording()); v != prefix+"flow-mine:1" {
		t.Errorf("the first version is %s", v)
	}
	if err := w.Start(t.Context(), "flow-mine", "ord_1-mine-1", []byte(`{"order":"ord_1"}`)); err != nil {
		t.Fatal(err)
	}
	if got := <-w.invoked; got != "shop-orders-record" {
		t.Errorf("the machine calls %s", got)
	}
	if end := w.ended(t, "ord_1-mine-1"); end.Type != "ExecutionSucceeded" || !strings.Contains(end.Output, `"ord_1"`) {
		t.Errorf("it ends with %+v", end)
	}
	changed := calling("IntakeSettleFunction", "", "{% 1 %}")
	if v := w.publish(t, "flow-mine", changed); v != prefix+"flow-mine:2" {
		t.Errorf("the second version is %s", v)
	}
	if err := w.Start(t.Context(), "flow-mine", "ord_1-mine-2", []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if got := <-w.invoked; got != "shop-orders-record" {
		t.Errorf("what is published is not live before it is routed, but the machine calls %s", got)
	}
	w.route(t, fn.Share{Version: prefix + "flow-mine:2", Percent: 100})
	if err := w.Start(t.Context(), "flow-mine", "ord_1-mine-3", []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if got := <-w.invoked; got != "shop-intake-settle" {
		t.Errorf("behind the second version the machine calls %s", got)
	}
}

func (w world) route(t *testing.T, shares ...fn.Share) {
	t.Helper()
	if err := w.Route(t.Context(), "flow-mine", shares); err != nil {
		t.Fatal(err)
	}
}

// Both versions get their share, and who runs on which can be listed.
func TestExecutionsAreListedByVersionAndState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.publish(t, "flow-mine", recording())
	second := w.publish(t, "flow-mine", waiting())
	w.route(t, fn.Share{Version: first, Percent: 50}, fn.Share{Version: second, Percent: 50})
	for _, share := range []string{first, second} {
		w.route(t, fn.Share{Version: share, Percent: 100})
		for _, n := range []string{"1", "2", "3"} {
			run := "ord_" + share[len(share)-1:] + "-mine-" + n
			if err := w.Start(t.Context(), "flow-mine", run, []byte(`{}`)); err != nil {
				t.Fatal(err)
			}
			if share == first {
				w.ended(t, run)
			}
		}
	}
	names, next, err := w.Executions(t.Context(), fn.ExecutionQuery{Machine: "flow-mine", Version: first, Limit: 2})
	if err != nil || next == "" || !slices.Equal(names, []string{"ord_1-mine-3", "ord_1-mine-2"}) {
		t.Errorf("the newest two of the first version: %v, %q, %v", names, next, err)
	}
	names, next, err = w.Executions(t.Context(), fn.ExecutionQuery{Machine: "flow-mine", Version: first, Limit: 2, After: next})
	if err != nil || next != "" || !slices.Equal(names, []string{"ord_1-mine-1"}) {
		t.Errorf("the next page: %v, %q, %v", names, next, err)
	}
	names, _, err = w.Executions(t.Context(), fn.ExecutionQuery{Machine: "flow-mine", Running: true})
	if err != nil || !slices.Equal(names, []string{"ord_2-mine-3", "ord_2-mine-2", "ord_2-mine-1"}) {
		t.Errorf("those that run: %v, %v", names, err)
	}
	for since, want := range map[time.Duration]int{-time.Hour: 3, time.Hour: 0} {
		names, next, err = w.Executions(t.Context(), fn.ExecutionQuery{Machine: "flow-mine", Running: true, Since: time.Now().Add(since)})
		if err != nil || next != "" || len(names) != want {
			t.Errorf("those that began since %s: %v, %v", since, names, err)
		}
	}
	if _, _, err := w.Executions(t.Context(), fn.ExecutionQuery{Machine: "none"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("of a machine that is not there: %v", err)
	}
	if err := w.Route(t.Context(), "none", []fn.Share{{Version: first, Percent: 100}}); err == nil {
		t.Error("a machine that is not there is not routed")
	}
}

// An Express machine has versions and no alias, and a machine runs the version
// that it names.
func TestAMachineRunsTheVersionOfItsChild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var versions []string
	for _, child := range [][]byte{recording(), calling("IntakeSettleFunction", "", "{% 1 %}")} {
		v, err := w.PublishExpress(t.Context(), "flow-mine--order", child)
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, v)
	}
	if want := []string{prefix + "flow-mine--order:1", prefix + "flow-mine--order:2"}; !slices.Equal(versions, want) {
		t.Fatalf("versions %q", versions)
	}
	alias := prefix + "flow-mine--order:" + statesenv.Live
	if out, err := w.client.DescribeStateMachineAlias(t.Context(), &sfn.DescribeStateMachineAliasInput{StateMachineAliasArn: &alias}); err == nil {
		t.Errorf("there is an alias: %+v", out)
	}
	w.publish(t, "flow-mine", []byte(`{"QueryLanguage":"JSONata","StartAt":"Run","States":{"Run":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:startSyncExecution",
 "Arguments":{"StateMachineArn":"`+versions[0]+`","Input":"{}"},"End":true}}}`))
	if err := w.Start(t.Context(), "flow-mine", "ord_1-mine-1", []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if got := <-w.invoked; got != "shop-orders-record" {
		t.Errorf("the child calls %s", got)
	}
}

func TestPublishAgainIsSuccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(t, "flow-mine", recording())
	w.publish(t, "flow-mine", recording())
	alias := prefix + "flow-mine:" + statesenv.Live
	out, err := w.client.DescribeStateMachineAlias(t.Context(), &sfn.DescribeStateMachineAliasInput{StateMachineAliasArn: &alias})
	if err != nil || len(out.RoutingConfiguration) != 1 || out.RoutingConfiguration[0].Weight != 100 {
		t.Errorf("the alias is %+v, %v", out, err)
	}
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		states     fn.States
		definition []byte
		code, says string
	}{
		"a function that is not there": {w, calling("NoSuchFunction", "", "{% 1 %}"), fault.Misconfigured, "NoSuchFunction"},
		"a definition with problems":   {w, []byte(`{"StartAt":"A","States":{}}`), fault.Invalid, "InvalidDefinition"},
		"without a role":               {port(t, w.client, ""), recording(), fault.Misconfigured, "FLOW_ROLE_ARN"},
	} {
		if _, err := c.states.Publish(t.Context(), "flow-bad", c.definition); !fault.Is(err, c.code) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStartOfWhatRunsOrRanIsSuccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(t, "flow-mine", recording())
	for _, input := range []string{`{}`, `{}`, `{"other":1}`} {
		if err := w.Start(t.Context(), "flow-mine", "ord_1-mine-1", []byte(input)); err != nil {
			t.Errorf("start with %s: %v", input, err)
		}
	}
	w.ended(t, "ord_1-mine-1")
	if err := w.Start(t.Context(), "flow-mine", "ord_1-mine-1", []byte(`{}`)); err != nil {
		t.Errorf("start of what has ended: %v", err)
	}
	if n := len(w.invoked); n != 1 {
		t.Errorf("it ran %d times", n)
	}
}

func TestStartOfAnUnknownMachineSaysSo(t *testing.T) {
	t.Parallel()
	if err := newWorld(t).Start(t.Context(), "none", "ord_1-none-1", []byte(`{}`)); !fault.Is(err, fault.NotFound) {
		t.Errorf("the error is %v", err)
	}
}

// TestATokenIsAnsweredOnce: whoever comes later, or with a token that nobody
// gave out, has nothing left to do.
func TestATokenIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(t, "flow-wait", waiting())
	for i, c := range []struct {
		answer func(token string) error
		ended  string
		code   string
	}{
		{func(token string) error { return w.Succeed(t.Context(), token, []byte(`{"ok":true}`)) }, "ExecutionSucceeded", ""},
		{func(token string) error {
			return w.Fail(t.Context(), token, "Provider.Refused", strings.Repeat("long ", 10_000))
		}, "ExecutionFailed", "Provider.Refused"},
	} {
		run := "ord_1-wait-" + string(rune('1'+i))
		if err := w.Start(t.Context(), "flow-wait", run, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
		token := <-w.tokens
		for range 2 {
			if err := c.answer(token); err != nil {
				t.Fatal(err)
			}
		}
		if end := w.ended(t, run); end.Type != c.ended || end.Error != c.code {
			t.Errorf("%s ended with %.200v", run, end)
		}
		if err := c.answer("nobody gave this out"); err != nil {
			t.Errorf("an unknown token: %v", err)
		}
	}
}

func TestHistoryIsWhatAPersonReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(t, "lab", recording())
	if err := w.Start(t.Context(), "lab", "ord_1-lab-1", []byte(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	w.ended(t, "ord_1-lab-1")
	all, err := w.History(t.Context(), "ord_1-lab-1", 1000)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for i, e := range all {
		if e.ID != int64(i+1) || e.At.IsZero() {
			t.Errorf("event %d is %+v", i, e)
		}
		seen = append(seen, strings.TrimSuffix(e.Type+" "+e.State, " "))
	}
	want := []string{"ExecutionStarted", "TaskStateEntered Call", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited Call", "ExecutionSucceeded"}
	if !slices.Equal(seen, want) {
		t.Errorf("the history is %v", seen)
	}
	if all[0].Input != `{"a":1}` || all[1].Input != `{"a":1}` || !strings.Contains(all[2].Input, "shop-orders-record") || all[6].Output == "" {
		t.Errorf("inputs and outputs are missing: %+v", all)
	}
	if part, err := w.History(t.Context(), "ord_1-lab-1", 3); err != nil || len(part) != 3 || part[2].ID != 3 {
		t.Errorf("the first three are %+v, %v", part, err)
	}
	arn := strings.Replace(prefix, ":stateMachine:", ":execution:", 1) + "lab:ord_1-lab-1"
	if same, err := w.History(t.Context(), arn, 1000); err != nil || len(same) != len(all) {
		t.Errorf("by its ARN: %d events, %v", len(same), err)
	}
	for _, unknown := range []string{"ord_1-lab-2", "ord_1", "", "ord_1-lab-x"} {
		if _, err := w.History(t.Context(), unknown, 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("history of %q: %v", unknown, err)
		}
	}
}

func TestAPrefixThatIsNoARNIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := statesenv.New(nil, statesenv.Stack{Name: "shop", Prefix: "shop-"}); !fault.Is(err, fault.Misconfigured) {
		t.Errorf("the error is %v", err)
	}
}

func TestTheHistoryOfABindingIsFoundByItsRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(t, "binding-tell", recording())
	const run = "ord_1-binding-tell-17-1"
	if err := w.Start(t.Context(), "binding-tell", run, []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	<-w.invoked
	if all, err := w.History(t.Context(), run, 1000); err != nil || len(all) == 0 {
		t.Errorf("%d events, %v", len(all), err)
	}
}
