package compile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/sjson"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/statemachines"
)

// rig runs a compiled flow on the engine with scripted functions, in virtual
// time. A function without a script returns what the first order of a simple
// shop would meet.
type rig struct {
	t     *testing.T
	clock *clock.Manual
	*engine.Engine
	arn string

	mu     sync.Mutex
	calls  []call
	script func(c call) (result string, failure *engine.TaskError)
	tokens map[string]string // signal, or "exception/<step>" → token of who waits
}

// call is an invocation: the fields of all inputs that a machine writes.
type call struct {
	Function string
	flow.StepInput
	Event    string
	Payload  json.RawMessage
	Await    *flow.Await
	Entity   string
	Signal   string
	Instance string
	Shipment int
	Error    string
	Cause    string
	Answers  []flow.Answer
	Token    string
	Flow     string
	Answer   flow.HoldAnswer
	Set      json.RawMessage

	Parameters json.RawMessage
	Happened   json.RawMessage // the event of a binding's call
}

// String is a call in one line: function, step, event and the rounds of its key.
func (c call) String() string {
	_, name, _ := strings.Cut(c.Function, "/")
	s := name + " " + c.Step
	if c.Event != "" {
		s += " " + c.Event
	}
	if c.Error != "" {
		s += " " + c.Error
	}
	if parts := strings.Split(c.Key, "#"); len(parts) > 2 {
		s += " " + parts[2]
	}
	return s
}

func (c call) failing(code string) *engine.TaskError {
	return &engine.TaskError{Error: code, Cause: `{"code":"` + code + `","message":"scripted"}`}
}

const orderID = "ord_1"

// start compiles a document and starts a run of it.
func start(t *testing.T, document []byte, script func(c call) (string, *engine.TaskError)) *rig {
	t.Helper()
	profile := ""
	if strings.HasPrefix(t.Name(), "TestCompact") {
		profile = flow.Compact
	}
	return run(t, compiledAs(t, profile, document), script)
}

// run starts a run of a compiled flow.
func run(t *testing.T, result compile.Result, script func(c call) (string, *engine.TaskError)) *rig {
	t.Helper()
	return runWith(t, result, flow.ExecutionInput{Order: orderID, Flow: "m", Run: "run"}, script)
}

// runWith starts a run of a compiled machine with an input of its own.
func runWith(t *testing.T, result compile.Result, in any, script func(c call) (string, *engine.TaskError)) *rig {
	t.Helper()
	r := &rig{t: t, clock: clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), script: script, tokens: map[string]string{}}
	e, err := engine.Open(t.Context(), engine.Options{Clock: r.clock, InvokeLambda: r.invoke, Rand: func() float64 { return 0.5 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	r.Engine = e
	ids := map[string]string{}
	for _, id := range result.Functions {
		ids[fn.LogicalID(id)] = id
	}
	create := func(name string, definition []byte, kind engine.MachineType) engine.Machine {
		t.Helper()
		definition, err := flow.Substitute(definition, func(p string) (string, bool) { id, ok := ids[p]; return id, ok })
		if err != nil {
			t.Fatal(err)
		}
		m, err := e.CreateStateMachine(t.Context(), engine.CreateMachine{Name: name, Definition: definition, Type: kind, RoleARN: "arn:aws:iam::000000000000:role/flow", Publish: true})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	var versions []string
	for _, c := range result.Children {
		if broken, ok := brokenChildren()[path.Base(path.Dir(t.Name()))]; ok {
			c.Machine = []byte(broken)
		}
		versions = append(versions, create(c.Name, c.Machine, engine.Express).Version)
	}
	m := create("m", result.Pinned(versions), engine.Standard)
	input, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	x, err := e.StartExecution(t.Context(), engine.StartExecution{StateMachineARN: m.ARN, Name: "run", Input: input})
	if err != nil {
		t.Fatal(err)
	}
	r.arn = x.ExecutionARN
	return r
}

func compiled(t *testing.T, document []byte) compile.Result {
	t.Helper()
	return compiledAs(t, "", document)
}

func compiledAs(t *testing.T, profile string, document []byte) compile.Result {
	t.Helper()
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	policies, err := statemachines.Policies()
	if err != nil {
		t.Fatal(err)
	}
	result, problems := compile.CompileAs(profile, document, catalog, append(policies, served(t)))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return result
}

// served is a filter on the order's country.
func served(t *testing.T) policy.Policy {
	p, problems := policy.Parse([]byte(`{"id":"domestic","version":1,"title":"US","kind":"filter","entity":"order",
		"rules":[{"name":"US","when":{"field":"order.shipTo.country","operator":"equals","value":"US"}}]}`))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

func lab(t *testing.T, change ...string) []byte {
	t.Helper()
	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	text := string(documents["lab"])
	for i := 0; i < len(change); i += 2 {
		if !strings.Contains(text, change[i]) {
			t.Fatalf("the lab has no %s", change[i])
		}
		text = strings.Replace(text, change[i], change[i+1], 1)
	}
	return []byte(text)
}

func (r *rig) invoke(_ context.Context, function string, payload []byte) ([]byte, *engine.TaskError) {
	c := call{Function: function}
	var action struct{ Event json.RawMessage }
	if err := json.Unmarshal(payload, &action); err == nil && bytes.HasPrefix(action.Event, []byte("{")) {
		c.Happened = action.Event
		payload, _ = sjson.DeleteBytes(payload, "event")
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, &engine.TaskError{Error: "Test.Defect", Cause: err.Error()}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
	if c.Await != nil {
		r.tokens[c.Await.Signal] = c.Await.Token
	}
	if c.Token != "" {
		r.tokens["exception/"+c.Step] = c.Token
	}
	if r.script != nil {
		if result, failure := r.script(c); result != "" || failure != nil {
			return []byte(result), failure
		}
	}
	switch function {
	case "inventory/reserve":
		return []byte(`{"reserved":true}`), nil
	case "sourcing/assign":
		return []byte(`{"assignments":[{"line":"1","location":"Seattle"}]}`), nil
	case "orders/create-fulfillment-orders":
		return []byte(`{"version":1,"facts":{},"fulfillmentOrders":[{"id":"fo_1","location":"Seattle"}]}`), nil
	case "orders/expire-hold":
		return fmt.Appendf(nil, `{"version":1,"facts":{},"answer":%q}`, c.Answer), nil
	case "shipstation/create-order":
		return []byte(`{"remote":"77"}`), nil
	case "shopify/create-fulfillment":
		return fmt.Appendf(nil, `{"shipment":%d,"reportId":"r"}`, c.Shipment), nil
	}
	return []byte(`{"version":1,"facts":{}}`), nil
}

// settle runs virtual time for a day, or until the run waits or has ended.
func (r *rig) settle() {
	r.t.Helper()
	clock.Drive(r.t.Context(), r.clock, 24*time.Hour, func() bool { return r.Stats().Busy == 0 }, func() bool { return false })
}

// answer answers who waits for a signal.
func (r *rig) answer(signal, output string) {
	r.t.Helper()
	if err := r.SendTaskSuccess(r.t.Context(), r.token(signal), []byte(output)); err != nil {
		r.t.Fatal(err)
	}
	r.settle()
}

func (r *rig) refuse(signal, code string) {
	r.t.Helper()
	if err := r.SendTaskFailure(r.t.Context(), r.token(signal), code, "scripted"); err != nil {
		r.t.Fatal(err)
	}
	r.settle()
}

func (r *rig) token(signal string) string {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	token, ok := r.tokens[signal]
	if !ok {
		r.t.Fatalf("nobody waits for %q; called were\n%s", signal, lines(r.calls))
	}
	delete(r.tokens, signal)
	return token
}

// did takes the calls since the last did.
func (r *rig) did() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.calls
	r.calls = nil
	return all
}

// expect compares the calls since the last time, one a line.
func (r *rig) expect(want ...string) []call {
	r.t.Helper()
	all := r.did()
	var got []string
	for _, c := range all {
		got = append(got, c.String())
	}
	if !slices.Equal(got, want) {
		r.t.Fatalf("called were\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return all
}

func (r *rig) expectStatus(want engine.Status) {
	r.t.Helper()
	x, err := r.DescribeExecution(r.t.Context(), r.arn)
	if err != nil {
		r.t.Fatal(err)
	}
	if x.Status != want {
		r.t.Fatalf("the run is %s (%s %s), not %s; called were\n%s", x.Status, x.Error, x.Cause, want, lines(r.calls))
	}
}

func lines(calls []call) string {
	var b strings.Builder
	for _, c := range calls {
		b.WriteString(c.String() + "\n")
	}
	return b.String()
}
