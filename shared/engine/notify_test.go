package engine

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

// told collects what StatusChanged hears.
type told struct {
	mu   sync.Mutex
	list []StatusEvent
}

func (l *told) hear(ev StatusEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, ev)
}

func (l *told) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for _, ev := range l.list {
		out = append(out, ev.Name+" "+string(ev.Status))
	}
	return strings.Join(out, ", ")
}

// Every start and end is told, in order, with AWS's fields.
func TestStatusChanged(t *testing.T) {
	t.Parallel()
	var heard told
	r := newRig(t, func(o *Options) { o.StatusChanged = heard.hear })
	m := r.create(machine(`"A":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.wait %}","Next":"W"}],"Default":"F"},"W":{"Type":"Wait","Seconds":60,"Output":1,"End":true},"F":{"Type":"Fail","Error":"E","Cause":"c"}`))
	good := r.start(m, "good", `{"wait":true}`)
	r.start(m, "bad", `{"wait":false}`)
	stopped := r.start(m, "stopped", `{"wait":true}`)
	if _, err := r.StopExecution(ctx, stopped, "", ""); err != nil {
		t.Fatal(err)
	}
	r.finish(good)
	r.Close() // tells what is left
	if got, want := heard.String(), "good RUNNING, bad RUNNING, bad FAILED, stopped RUNNING, stopped ABORTED, good SUCCEEDED"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	got, _ := json.Marshal(heard.list[2])
	at := epoch.UnixMilli()
	want := fmt.Sprintf(`{"executionArn":"arn:aws:states:us-east-1:000000000000:execution:m:bad","stateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m","name":"bad","status":"FAILED","startDate":%d,"stopDate":%d,"input":"{\"wait\":false}","output":null,"stateMachineVersionArn":null,"stateMachineAliasArn":null,"error":"E","cause":"c"}`, at, at)
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// An end that the last process may not have told is told again, with the same
// words; after an orderly Close nothing is.
func TestStatusChangedAfterACrash(t *testing.T) {
	t.Parallel()
	dir, crashed := t.TempDir(), t.TempDir()
	var before told
	r := newRig(t, func(o *Options) { o.Dir, o.StatusChanged = dir, before.hear })
	m := r.create(machine(`"A":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.wait %}","Next":"W"}],"Default":"F"},"W":{"Type":"Wait","Seconds":60,"End":true},"F":{"Type":"Fail","Error":"E","Cause":"c"}`))
	r.start(m, "one", `{"wait":false}`)
	r.start(m, "running", `{"wait":true}`)
	r.start(m, "two", `{"wait":false}`)
	if err := os.CopyFS(crashed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	r.Close()
	reopen := func(dir string) (heard *told) {
		heard = &told{}
		r.open(func(o *Options) { o.Dir, o.StatusChanged = dir, heard.hear })
		r.Close()
		return heard
	}
	again := reopen(crashed)
	if got, want := again.String(), "one FAILED, two FAILED"; got != want {
		t.Errorf("after the crash: %q, want %q", got, want)
	}
	first, _ := json.Marshal(before.list[1])
	second, _ := json.Marshal(again.list[0])
	if string(first) != string(second) {
		t.Errorf("first  %s\nsecond %s", first, second)
	}
	for _, dir := range []string{dir, crashed} {
		if got := reopen(dir).String(); got != "" {
			t.Errorf("after Close: %s", got)
		}
	}
}
