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
	for _, c := range []struct{ name, definition string }{
		{"a loop", machine(`"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}`)},
		{"a loop of tasks that fail", machine(`"A":` + invoking("boom", `{}`, `"Catch":[{"ErrorEquals":["States.ALL"],"Next":"A"}],"Next":"A"`))},
		{"a loop with a Map inside", machine(`"A":{"Type":"Map","Items":[1,2,3],"Output":{},` + inner + `,"Next":"Z"},"Z":{"Type":"Pass","Next":"A"}`)},
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
