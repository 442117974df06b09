package engine

import (
	"fmt"
	"strings"
	"testing"
)

// Data of 256 KiB passes, one byte more fails with a name that only itself catches.
func TestDataLimit(t *testing.T) {
	t.Parallel()
	text := func(n int) string { return `"` + strings.Repeat("x", n-2) + `"` }
	arn := `{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:big",`
	for _, c := range []struct {
		name, states string
		result       int
		fits         bool
	}{
		{"a result that fits", `"A":` + arn + end + `}`, maxData, true},
		{"a result", `"A":` + arn + end + `}`, maxData + 1, false},
		{"an output", `"A":{"Type":"Pass","Output":"{% $join([1..33000].('12345678')) %}",` + end + `}`, 10, false},
		{"variables", `"A":{"Type":"Pass","Output":1,"Assign":{"v":"{% $join([1..33000].('12345678')) %}"},` + end + `}`, 10, false},
		{"arguments", `"A":` + arn + `"Arguments":{"v":"{% $join([1..33000].('12345678')) %}"},` + end + `}`, 10, false},
		{"States.ALL does not help", `"A":` + arn + `"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"Next":"B"},"B":{"Type":"Succeed"}`, maxData + 1, false},
		{"States.DataLimitExceeded does", `"A":` + arn + `"Catch":[{"ErrorEquals":["States.DataLimitExceeded"],"Next":"B"}],"Next":"B"},"B":{"Type":"Succeed"}`, maxData + 1, true},
		{"items of a Map", `"A":{"Type":"Map","Items":"{% [1..33000].('12345678') %}",` + end + `,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}}`, 10, false},
		{"an item's input", `"A":{"Type":"Map","Items":[1],"ItemSelector":{"v":"{% $join([1..33000].('12345678')) %}"},` + end + `,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}}`, 10, false},
		{"arguments of a Parallel", `"A":{"Type":"Parallel","Arguments":{"v":"{% $join([1..33000].('12345678')) %}"},` + end + `,"Branches":[{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}]}`, 10, false},
		{"variables of a Choice", `"A":{"Type":"Choice","Choices":[{"Condition":true,"Assign":{"v":"{% $join([1..33000].('12345678')) %}"},"Next":"B"}]},"B":{"Type":"Succeed"}`, 10, false},
		{"output of a catcher", `"A":` + arn + `"Catch":[{"ErrorEquals":["States.DataLimitExceeded"],"Output":"{% $join([1..33000].('12345678')) %}","Next":"B"}],"Next":"B"},"B":{"Type":"Succeed"}`, maxData + 1, false},
		{"results of a Map together", `"A":{"Type":"Map","Items":[1,2,3],` + end + `,"ItemProcessor":{"StartAt":"B","States":{"B":` + arn + end + `}}}}`, maxData / 3, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			big := "arn:aws:lambda:us-east-1:000000000000:function:big"
			r.do[big] = script(text(c.result))
			x, _ := r.run(machine(c.states), `{}`)
			if c.fits && x.Status != Succeeded || !c.fits && x.Error != "States.DataLimitExceeded" {
				t.Errorf("%s %s %s", x.Status, x.Error, x.Cause)
			}
		})
	}
}

// The 25,000th event is the one that says why the execution ends.
func TestHistoryLimit(t *testing.T) {
	t.Parallel()
	inner := `"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Next":"C"},"C":{"Type":"Pass","End":true}}}`
	again := `"B":{"Type":"Choice","Choices":[{"Condition":true,"Next":"A"}],"Default":"Z"},"Z":{"Type":"Succeed"}`
	for _, c := range []struct{ name, definition string }{
		{"a loop", machine(`"A":{"Type":"Pass","Next":"B"},` + again)},
		{"a loop of tasks that fail", machine(`"A":` + invoking("boom", `{}`, `"Catch":[{"ErrorEquals":["States.ALL"],"Next":"A"}],"Next":"B"`) + `,` + again)},
		{"a loop with a Map inside", machine(`"A":{"Type":"Map","Items":[1,2,3],"Output":{},` + strings.ReplaceAll(inner, `B"`, `D"`) + `,"Next":"B"},` + again)},
		{"a large Map", machine(`"A":{"Type":"Map","Items":"{% [1..5000] %}","End":true,` + inner + `}`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.do["boom"] = script("!Boom")
			arn := r.start(r.create(c.definition), "x", `{}`)
			r.eventually("it ends", func() bool { return r.status(arn) != Running })
			x := r.finish(arn)
			if x.Status != Failed || x.Error != "States.Runtime" || !strings.Contains(x.Cause, "25000") {
				t.Errorf("%s", outcome(x))
			}
			last, _, err := r.GetExecutionHistory(ctx, arn, HistoryPage{Reverse: true, Page: Page{Max: 1}})
			if err != nil || last[0].ID != maxHistory || last[0].Type != "ExecutionFailed" {
				t.Errorf("the last event is %d %s, %v", last[0].ID, last[0].Type, err)
			}
		})
	}
}

// An execution of exactly 25,000 events succeeds.
func TestHistoryThatJustFits(t *testing.T) {
	t.Parallel()
	// 1 start + 12,499 states of 2 events each + 1 end = 25,000
	count := func(n int) string {
		return machine(fmt.Sprintf(`"A":{"Type":"Pass","Assign":{"n":0},"Next":"B"},"B":{"Type":"Choice","Choices":[{"Condition":"{%% $n < %d %%}","Assign":{"n":"{%% $n + 1 %%}"},"Next":"B"}],"Default":"C"},"C":{"Type":"Succeed","Output":"{%% $n %%}"}`, n))
	}
	for n, want := range map[int]string{12_496: "12496", 12_497: "FAILED States.Runtime The execution reached the maximum number of history events (25000)."} {
		if x, _ := newRig(t).run(count(n), `{}`); outcome(x) != want {
			t.Errorf("%d rounds: %s", n, outcome(x))
		}
	}
}

// What fails for its size says so in AWS's words, with the state or the task.
func TestDataLimitNamesTheCulprit(t *testing.T) {
	t.Parallel()
	const plain = "arn:aws:lambda:us-east-1:000000000000:function:big"
	for _, c := range []struct{ states, culprit string }{
		{`"A":{"Type":"Pass","Output":"{% $join([1..33000].('12345678')) %}",` + end + `}`, "A"},
		{`"A":{"Type":"Task","Resource":"` + plain + `",` + end + `}`, plain},
		{`"A":` + invoking("big", `{}`, end), "lambda"},
	} {
		r := newRig(t)
		huge := script(`"` + strings.Repeat("x", maxData) + `"`)
		r.do["big"], r.do[plain] = huge, huge
		x, _ := r.run(machine(c.states), `{}`)
		if want := "FAILED States.DataLimitExceeded The state/task '" + c.culprit + "' returned a result with a size exceeding the maximum number of bytes service limit."; outcome(x) != want {
			t.Errorf("got  %s\nwant %s", outcome(x), want)
		}
	}
}

// Neither an expression without an end nor one without a bottom takes the
// engine down or holds it up; the execution fails.
func TestExpressionsThatNeverEnd(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{
		`($f := function($n){ $f($n + 1) }; $f(0))`,
		`($f := function($n){ 1 + $f($n + 1) }; $f(0))`,
		`($f := function($x){ $f([$x, $x]) }; $f(0))`,
		`[1..100000000]`,
	} {
		r := newRig(t)
		x, _ := r.run(machine(`"A":{"Type":"Pass","Output":"{% `+expression+` %}",`+end+`}`), `{}`)
		if x.Status != Failed || x.Error != "States.QueryEvaluationError" {
			t.Errorf("%s: %s", expression, outcome(x))
		}
	}
}

// A value that grows deeper from state to state ends before it could not be
// read back from the log.
func TestValuesThatGrowDeep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	loop := func(rounds int) string {
		return machine(fmt.Sprintf(`"I":{"Type":"Pass","Assign":{"n":0},"Output":{},"Next":"A"},"A":{"Type":"Pass","Output":{"deep":"{%% $states.input %%}"},"Assign":{"n":"{%% $n + 1 %%}"},"Next":"B"},"B":{"Type":"Choice","Choices":[{"Condition":"{%% $n < %d %%}","Next":"A"}],"Default":"W"},"W":{"Type":"Wait","Seconds":60,"Next":"Z"},"Z":{"Type":"Pass","Output":"{%% $string($states.input) ~> $length() %%}","End":true}`, rounds))
	}
	start := strings.Replace
	r := newRig(t, func(o *Options) { o.Dir = dir })
	x, _ := r.run(start(loop(600), `"StartAt":"A"`, `"StartAt":"I"`, 1), `{}`)
	if x.Error != "States.DataLimitExceeded" {
		t.Error(outcome(x))
	}
	m, err := r.CreateStateMachine(ctx, CreateMachine{Name: "deep", Definition: []byte(start(loop(500), `"StartAt":"A"`, `"StartAt":"I"`, 1))})
	if err != nil {
		t.Fatal(err)
	}
	arn := r.start(m.ARN, "x", `{}`)
	r.Close()
	r.open(func(o *Options) { o.Dir = dir })
	if got, want := outcome(r.finish(arn)), fmt.Sprint(500*len(`{"deep":}`)+2); got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

// Results of functions that are nested as deeply as can be decoded survive, too.
func TestDeepResults(t *testing.T) {
	t.Parallel()
	for depth, ok := range map[int]bool{512: true, 513: false, 600: false, 5000: false} {
		r := newRig(t)
		r.do["deep"] = script(strings.Repeat("[", depth) + strings.Repeat("]", depth))
		x, _ := r.run(machine(`"A":`+invoking("deep", `{}`, `"Output":1,`+end)), `{}`)
		if got := x.Status == Succeeded; got != ok {
			t.Errorf("%d levels: %s", depth, outcome(x))
		}
	}
}

// A definition that is nested without end is refused, nothing more.
func TestDeepDefinition(t *testing.T) {
	t.Parallel()
	const nested = `"A":{"Type":"Parallel","Branches":[{"StartAt":"A","States":{`
	if err := newRig(t).Validate([]byte(`{"QueryLanguage":"JSONata","StartAt":"A","States":{`+strings.Repeat(nested, 20_000)), Standard); err == nil {
		t.Error("half a definition is accepted")
	}
}
