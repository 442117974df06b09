package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/host"
	"github.com/orderloom/orderloom/shared/table"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// wiring has one of each kind of edge that templates draw.
const wiring = `
Resources:
  Table: {Type: "AWS::DynamoDB::Table", Properties: {TableName: !Ref AWS::StackName}}
  Bus: {Type: "AWS::Events::EventBus", Properties: {Name: !Ref AWS::StackName}}
  TestTaskFunction: {Type: "AWS::Serverless::Function", Properties: {FunctionName: !Sub "${AWS::StackName}-test-task"}}
  TestStreamFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-test-stream"
      Events: {Changes: {Type: DynamoDB, Properties: {FilterCriteria: {Filters: [{Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"WANTED"}]}}}}'}]}}}}
  TestRuleFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-test-rule"
      Events: {Said: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {detail-type: [Said]}}}}
  TestEndedFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-test-ended"
      Events: {Ended: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.states], detail: {status: [FAILED]}}}}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {Name: !Sub "${AWS::StackName}-m", DefinitionUri: m.asl.json, DefinitionSubstitutions: {TestTaskFunction: !Ref TestTaskFunction}}
`

// project is the wiring with a machine of these states; the first is A.
func project(states string) fs.FS {
	return fstest.MapFS{"template.yaml": {Data: []byte(wiring)}, "m.asl.json": {Data: []byte(`{"QueryLanguage":"JSONata","StartAt":"A","States":{` + states + `}}`)}}
}

// heard keeps what functions were invoked with.
type heard struct {
	mu   sync.Mutex
	all  map[string][]string
	more chan struct{} // gets something after each invocation
	fail bool          // functions fail
}

func (h *heard) functions() []fn.Function {
	h.all, h.more = map[string][]string{}, make(chan struct{}, 1000)
	var all []fn.Function
	for _, id := range []string{"test/task", "test/stream", "test/rule", "test/ended"} {
		all = append(all, fn.Function{ID: id, Timeout: time.Minute, New: func(fn.Deps) fn.Handler {
			return func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
				h.mu.Lock()
				defer h.mu.Unlock()
				h.all[id] = append(h.all[id], string(in))
				h.more <- struct{}{}
				if h.fail {
					return nil, errors.New("not today")
				}
				return json.RawMessage(`{}`), nil
			}
		}})
	}
	return all
}

// await waits until a function was invoked n times and returns the last input.
func (h *heard) await(t *testing.T, id string, n int) string {
	t.Helper()
	for {
		h.mu.Lock()
		got := h.all[id]
		h.mu.Unlock()
		if len(got) >= n {
			return got[len(got)-1]
		}
		select {
		case <-h.more:
		case <-t.Context().Done():
			t.Fatalf("%s was invoked %d times", id, len(got))
		case <-time.After(time.Minute):
			t.Fatalf("%s was invoked %d times", id, len(got))
		}
	}
}

// open starts a host; close ends it, at the latest with the test.
func open(t *testing.T, o host.Options) (h *host.Host, closeHost func()) {
	t.Helper()
	h, err := host.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	closeHost = func() {
		once.Do(func() {
			if err := h.Close(); err != nil {
				t.Errorf("closing: %v", err)
			}
		})
	}
	t.Cleanup(closeHost)
	return h, closeHost
}

func live(h *host.Host) string { return h.Engine().MachineARN("orderloom-m") + ":live" }

func begin(t *testing.T, h *host.Host, name string) {
	t.Helper()
	if _, err := h.Engine().StartExecution(t.Context(), engine.StartExecution{StateMachineARN: live(h), Name: name}); err != nil {
		t.Fatal(err)
	}
}

// result waits for the end of an execution.
func result(t *testing.T, h *host.Host, name string) engine.Execution {
	t.Helper()
	arn := strings.Replace(h.Engine().MachineARN("orderloom-m"), ":stateMachine:", ":execution:", 1) + ":" + name
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		x, err := h.Engine().DescribeExecution(t.Context(), arn)
		if err != nil {
			t.Fatal(err)
		}
		if x.Status != engine.Running {
			return x
		}
	}
	t.Fatalf("%s does not end", name)
	return engine.Execution{}
}

const waits = `"A":{"Type":"Wait","Seconds":60,"Next":"B"},"B":{"Type":"Pass","Output":`

// A definition that changed is a new version, which new executions get; those
// that run stay on theirs, over a restart. One that did not change is no new one.
func TestAChangedMachineIsANewVersion(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	var f heard
	o := host.Options{Dir: t.TempDir(), Functions: f.functions(), Clock: c, Project: project(waits + `"one","End":true}`)}
	h, end := open(t, o)
	begin(t, h, "old")
	end()
	_, end = open(t, o) // nothing changed
	end()
	o.Project = project(waits + `"two","End":true}`)
	h, _ = open(t, o)
	begin(t, h, "new")
	for range 2 { // the waits of both
		c.Advance(time.Minute)
	}
	for name, want := range map[string]struct{ version, output string }{"old": {":1", `"one"`}, "new": {":2", `"two"`}} {
		x := result(t, h, name)
		if !strings.HasSuffix(x.VersionARN, want.version) || string(x.Output) != want.output {
			t.Errorf("%s ran on %s and returned %s instead of %s", name, x.VersionARN, x.Output, want.output)
		}
	}
}

// The end of an execution is announced until somebody takes it: to a function
// that fails, over a start that fails, to the one that works.
func TestAnEndThatNobodyTookIsAnnouncedByTheNextStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := project(`"A":{"Type":"Fail","Error":"Bad"}`)
	failing := heard{fail: true}
	h, end := open(t, host.Options{Dir: dir, Functions: failing.functions(), Clock: clock.NewManual(start), Project: good})
	begin(t, h, "x")
	failing.await(t, "test/ended", 1)
	end()

	var f heard
	if _, err := host.Open(t.Context(), host.Options{Dir: dir, Functions: f.functions(), Clock: clock.NewManual(start), Project: project(`"A":{"Type":"Nonsense"}`)}); err == nil {
		t.Fatal("a machine that is wrong is taken")
	}
	open(t, host.Options{Dir: dir, Functions: f.functions(), Clock: clock.NewManual(start), Project: good})
	var event struct {
		Source string `json:"source"`
		Detail struct {
			Name   string `json:"name"`
			Status string `json:"status"`
			Error  string `json:"error"`
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(f.await(t, "test/ended", 1)), &event); err != nil {
		t.Fatal(err)
	}
	if event.Source != "aws.states" || event.Detail.Name != "x" || event.Detail.Status != "FAILED" || event.Detail.Error != "Bad" {
		t.Errorf("%+v", event)
	}
}

// A machine puts an event on the stack's bus, whose rule invokes a function; a
// bus that is not there is the machine's failure.
func TestAMachinePutsEvents(t *testing.T) {
	t.Parallel()
	var f heard
	put := func(bus string) fs.FS {
		return project(`"A":{"Type":"Task","Resource":"arn:aws:states:::events:putEvents","Arguments":{"Entries":[{"EventBusName":"` + bus + `","Source":"test","DetailType":"Said","Detail":{"n":1}}]},"End":true}`)
	}
	o := host.Options{Dir: t.TempDir(), Functions: f.functions(), Clock: clock.NewManual(start), Project: put("orderloom")}
	h, end := open(t, o)
	begin(t, h, "said")
	if x := result(t, h, "said"); x.Status != engine.Succeeded {
		t.Errorf("%s %s %s", x.Status, x.Error, x.Cause)
	}
	if got := f.await(t, "test/rule", 1); !strings.Contains(got, `"detail":{"n":1}`) {
		t.Errorf("the rule's function got %s", got)
	}
	end()
	o.Project = put("nowhere")
	h, _ = open(t, o)
	begin(t, h, "lost")
	if x := result(t, h, "lost"); x.Status != engine.Failed || x.Error != "EventBridge.FailedEntry" {
		t.Errorf("%s %s %s", x.Status, x.Error, x.Cause)
	}
}

// A stream's filter passes on what its pattern matches; what was not seen when
// the host ended is seen by the next one.
func TestAStreamsFunctionGetsTheChangesOfItsFilter(t *testing.T) {
	t.Parallel()
	var f heard
	o := host.Options{Dir: t.TempDir(), Functions: f.functions(), Clock: clock.NewManual(start), Project: project(`"A":{"Type":"Succeed"}`)}
	h, end := open(t, o)
	for _, item := range []table.Item{{"pk": "OTHER", "sk": "1"}, {"pk": "WANTED#1", "sk": "1"}, {"pk": "WANTED#1", "sk": "1", "changed": "so no INSERT"}, {"pk": "WANTED#2", "sk": "1"}} {
		if _, err := h.Deps().Table.Write(t.Context(), table.Put(item)); err != nil {
			t.Fatal(err)
		}
	}
	for n, seen := 1, ""; strings.Count(seen, `"INSERT"`) < 2; n++ {
		f.await(t, "test/stream", n)
		f.mu.Lock()
		seen = strings.Join(f.all["test/stream"], "\n")
		f.mu.Unlock()
		if strings.Contains(seen, "OTHER") || strings.Contains(seen, "so no INSERT") {
			t.Fatalf("the filter let through\n%s", seen)
		}
	}
	end()
	h, _ = open(t, o)
	if got, err := h.Deps().Table.Get(t.Context(), table.Key{PK: "WANTED#2", SK: "1"}); err != nil || got == nil {
		t.Errorf("after a restart: %v %v", got, err)
	}
}

// Idle is what virtual time waits for: it is false while a function runs and
// true while an execution only waits for time.
func TestIdleKnowsWorkFromWaiting(t *testing.T) {
	t.Parallel()
	began, finish := make(chan struct{}), make(chan struct{})
	var f heard
	functions := f.functions()
	functions[0].New = func(fn.Deps) fn.Handler {
		return func(context.Context, json.RawMessage) (json.RawMessage, error) {
			close(began)
			<-finish
			return json.RawMessage(`{}`), nil
		}
	}
	c := clock.NewManual(start)
	h, _ := open(t, host.Options{Dir: t.TempDir(), Functions: functions, Clock: c, Project: project(
		`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"${TestTaskFunction}"},"Next":"B"},"B":{"Type":"Wait","Seconds":3600,"End":true}`)})
	begin(t, h, "x")
	<-began
	for range 3 { // it compares with what it saw before
		if h.Idle() {
			t.Error("idle while a function runs")
		}
	}
	close(finish)
	for end := time.Now().Add(time.Minute); !h.Idle(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never idle, though the execution only waits")
		}
	}
	c.Advance(time.Hour)
	if x := result(t, h, "x"); x.Status != engine.Succeeded {
		t.Errorf("%s %s %s", x.Status, x.Error, x.Cause)
	}
}
