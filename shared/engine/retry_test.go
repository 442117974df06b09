package engine

import (
	"fmt"
	"testing"
)

// Retry: when the attempts are made, in seconds from the start.
func TestRetry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, retry string
		answers     []string
		random      float64
		at          string
		want        string
	}{
		{"defaults: 1 s, doubling, three times", `{"ErrorEquals":["Busy"]}`, []string{"!Busy"}, 0, "[0 1 3 7]", "FAILED Busy cause of Busy"},
		{"until it works", `{"ErrorEquals":["Busy"]}`, []string{"!Busy", `"ok"`}, 0, "[0 1]", `"ok"`},
		{"IntervalSeconds, BackoffRate, MaxAttempts", `{"ErrorEquals":["Busy"],"IntervalSeconds":10,"BackoffRate":1.5,"MaxAttempts":2}`, []string{"!Busy"}, 0, "[0 10 25]", "FAILED Busy cause of Busy"},
		{"BackoffRate 1 keeps the interval", `{"ErrorEquals":["Busy"],"IntervalSeconds":4,"BackoffRate":1}`, []string{"!Busy"}, 0, "[0 4 8 12]", "FAILED Busy cause of Busy"},
		{"MaxDelaySeconds caps", `{"ErrorEquals":["Busy"],"IntervalSeconds":10,"BackoffRate":10,"MaxDelaySeconds":30}`, []string{"!Busy"}, 0, "[0 10 40 70]", "FAILED Busy cause of Busy"},
		{"MaxAttempts 0 never tries again", `{"ErrorEquals":["Busy"],"MaxAttempts":0}`, []string{"!Busy"}, 0, "[0]", "FAILED Busy cause of Busy"},
		{"full jitter is a share of the delay", `{"ErrorEquals":["Busy"],"IntervalSeconds":10,"JitterStrategy":"FULL"}`, []string{"!Busy"}, 0.5, "[0 5 15 35]", "FAILED Busy cause of Busy"},
		{"full jitter comes after the cap", `{"ErrorEquals":["Busy"],"IntervalSeconds":10,"MaxDelaySeconds":15,"JitterStrategy":"FULL"}`, []string{"!Busy"}, 0.2, "[0 2 5 8]", "FAILED Busy cause of Busy"},
		{"jitter NONE", `{"ErrorEquals":["Busy"],"MaxAttempts":1,"JitterStrategy":"NONE"}`, []string{"!Busy"}, 0.5, "[0 1]", "FAILED Busy cause of Busy"},
		{"another error is not tried again", `{"ErrorEquals":["Busy"]}`, []string{"!Other"}, 0, "[0]", "FAILED Other cause of Other"},
		{"several names", `{"ErrorEquals":["Idle","Busy"],"MaxAttempts":1}`, []string{"!Busy"}, 0, "[0 1]", "FAILED Busy cause of Busy"},
		{"States.ALL", `{"ErrorEquals":["States.ALL"],"MaxAttempts":1}`, []string{"!Busy"}, 0, "[0 1]", "FAILED Busy cause of Busy"},
		{"States.TaskFailed", `{"ErrorEquals":["States.TaskFailed"],"MaxAttempts":1}`, []string{"!Busy"}, 0, "[0 1]", "FAILED Busy cause of Busy"},
		{"States.Timeout does not match a failure", `{"ErrorEquals":["States.Timeout"]}`, []string{"!Busy"}, 0, "[0]", "FAILED Busy cause of Busy"},
		{"States.Runtime is never tried again", `{"ErrorEquals":["States.Runtime"]},{"ErrorEquals":["States.ALL"]}`, []string{"!States.Runtime"}, 0, "[0]", "FAILED States.Runtime cause of States.Runtime"},
		{"each retrier counts for itself", `{"ErrorEquals":["A"],"MaxAttempts":2},{"ErrorEquals":["B"],"IntervalSeconds":5,"MaxAttempts":1}`,
			[]string{"!A", "!A", "!B", "!A"}, 0, "[0 1 3 8]", "FAILED A cause of A"},
		{"the first that matches decides, even when it is used up", `{"ErrorEquals":["A"],"MaxAttempts":1},{"ErrorEquals":["States.ALL"],"MaxAttempts":5}`, []string{"!A"}, 0, "[0 1]", "FAILED A cause of A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *Options) { o.Rand = func() float64 { return c.random } })
			r.do["f"] = script(c.answers...)
			x, h := r.run(machine(`"A":`+invoking("f", `{}`, `"Output":"{% $states.result.Payload %}","Retry":[`+c.retry+`],`+end)), `{}`)
			if got := fmt.Sprint(scheduledAt(h)); got != c.at {
				t.Errorf("attempts at %s, want %s", got, c.at)
			}
			if got := outcome(x); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// RetryCount tells each attempt how many there were before; a state that is
// entered again begins anew. States that cannot try again have none: see TestContext.
func TestRetryCount(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do["f"] = script("!A", "!B", `1`, "!A", `2`)
	r.run(machine(`"A":`+invoking("f", `"{% $states.context.State.RetryCount %}"`,
		`"Output":"{% $states.result.Payload %}","Retry":[{"ErrorEquals":["A"]},{"ErrorEquals":["B"]}],"Next":"C"`)+
		`,"C":{"Type":"Choice","Choices":[{"Condition":"{% $states.input = 1 %}","Next":"A"}],"Default":"D"},"D":{"Type":"Succeed"}`), `{}`)
	if got := fmt.Sprint(r.called()); got != "[f 0 f 1 f 2 f 0 f 1]" {
		t.Error(got)
	}
}

// Parallel and Map try again as a whole, with everything inside.
func TestRetryOfParallelAndMap(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]string{
		"Parallel": `{"Type":"Parallel","Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":3}],"Output":"{% $states.result %}","End":true,"Branches":[
			{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":50,"Output":"slow","End":true}}},
			{"StartAt":"C","States":{"C":` + invoking("f", `{}`, `"Output":"{% $states.result.Payload %}",`+end) + `}}]}`,
		"Map": `{"Type":"Map","Items":[1,2],"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":3}],"End":true,"ItemProcessor":{"StartAt":"B","States":{
			"B":{"Type":"Choice","Choices":[{"Condition":"{% $states.input = 1 %}","Next":"W"}],"Default":"C"},
			"W":{"Type":"Wait","Seconds":50,"Output":"slow","End":true},"C":` + invoking("f", `{}`, `"Output":"{% $states.result.Payload %}",`+end) + `}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.do["f"] = script("!Busy", `"ok"`)
			x, h := r.run(machine(`"A":`+state), `{}`)
			if got := outcome(x); got != `["slow","ok"]` || x.StopDate.Sub(x.StartDate).String() != "53s" {
				t.Errorf("%s after %s\n%s", got, x.StopDate.Sub(x.StartDate), shape(h))
			}
		})
	}
}
