package engine

import (
	"strings"
	"testing"
)

const (
	task = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke"`
	end  = `"End":true`
)

// What every type of state does with its input.
func TestStates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, states, input, want string }{
		{"Pass hands on its input", `"A":{"Type":"Pass","End":true}`, `{"a":1}`, `{"a":1}`},
		{"Pass yields its Output", `"A":{"Type":"Pass","Output":{"b":"{% $states.input.a + 1 %}","c":[true,null]},"End":true}`, `{"a":1}`, `{"b":2,"c":[true,null]}`},
		{"a string without marks is a string", `"A":{"Type":"Pass","Output":"$states.input","End":true}`, `{}`, `"$states.input"`},
		{"Next", `"A":{"Type":"Pass","Output":"one","Next":"B"},"B":{"Type":"Pass","Output":"{% $states.input & ' two' %}","End":true}`, `{}`, `"one two"`},
		{"Succeed ends", `"A":{"Type":"Succeed"}`, `[1]`, `[1]`},
		{"Succeed yields its Output", `"A":{"Type":"Succeed","Output":"{% $states.input.a %}"}`, `{"a":"x"}`, `"x"`},
		{"Fail", `"A":{"Type":"Fail","Error":"Bad","Cause":"so it is"}`, `{}`, `FAILED Bad so it is`},
		{"Fail with expressions", `"A":{"Type":"Fail","Error":"{% $states.input.e %}","Cause":"{% 'because ' & $states.input.e %}"}`, `{"e":"E"}`, `FAILED E because E`},
		{"Fail without a word", `"A":{"Type":"Fail"}`, `{}`, `FAILED  `},

		{"Task lambda:invoke wraps the result", `"A":` + invoking("echo", `{"n":"{% $states.input.n %}"}`, end), `{"n":7}`, `{"ExecutedVersion":"$LATEST","Payload":{"n":7},"StatusCode":200}`},
		{"Task lambda:invoke without Payload sends {}", `"A":{` + task + `,"Arguments":{"FunctionName":"echo"},"Output":"{% $states.result.Payload %}","End":true}`, `{"n":7}`, `{}`},
		{"Task with a function's ARN: input in, result out", `"A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:echo","End":true}`, `{"n":7}`, `{"n":7}`},
		{"Task with a function's ARN and Arguments", `"A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:echo","Arguments":{"k":"{% $states.input.n %}"},"End":true}`, `{"n":7}`, `{"k":7}`},
		{"Task Output sees input and result", `"A":` + invoking("echo", `"r"`, `"Output":{"in":"{% $states.input %}","out":"{% $states.result.Payload %}"},`+end), `1`, `{"in":1,"out":"r"}`},
		{"a failed Task fails the execution", `"A":` + invoking("boom", `{}`, end), `{}`, `FAILED Boom cause of Boom`},

		{"Choice takes the first rule that holds", choice(`{"Condition":"{% $states.input.n > 1 %}","Next":"B"},{"Condition":true,"Next":"C"}`, `,"Default":"D"`), `{"n":2}`, `"B"`},
		{"Choice goes on to the next rule", choice(`{"Condition":"{% $states.input.n > 1 %}","Next":"B"},{"Condition":true,"Next":"C"}`, `,"Default":"D"`), `{"n":1}`, `"C"`},
		{"Choice: Default when none holds", choice(`{"Condition":"{% $states.input.n > 1 %}","Next":"B"},{"Condition":false,"Next":"C"}`, `,"Default":"D"`), `{"n":1}`, `"D"`},
		{"Choice hands on its input", `"A":{"Type":"Choice","Choices":[{"Condition":true,"Next":"B"}]},"B":{"Type":"Succeed"}`, `{"n":1}`, `{"n":1}`},
		{"Choice: Output of the rule", `"A":{"Type":"Choice","Output":"default","Choices":[{"Condition":true,"Output":"rule","Next":"B"}],"Default":"B"},"B":{"Type":"Succeed"}`, `{}`, `"rule"`},
		{"Choice: its own Output belongs to the Default", `"A":{"Type":"Choice","Output":"default","Choices":[{"Condition":false,"Output":"rule","Next":"B"}],"Default":"B"},"B":{"Type":"Succeed"}`, `{}`, `"default"`},

		{"Wait hands on its input", `"A":{"Type":"Wait","Seconds":5,"End":true}`, `{"n":1}`, `{"n":1}`},
		{"Wait yields its Output", `"A":{"Type":"Wait","Seconds":5,"Output":"later","End":true}`, `{"n":1}`, `"later"`},

		{"Parallel: results in the order of the branches", `"A":{"Type":"Parallel","End":true,"Branches":[
			{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":9,"Output":"slow","End":true}}},
			{"StartAt":"C","States":{"C":{"Type":"Pass","Output":"{% $states.input %}","End":true}}}]}`, `1`, `["slow",1]`},
		{"Parallel: Arguments are the input of every branch", `"A":{"Type":"Parallel","Arguments":{"x":2},"End":true,"Branches":[{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},{"StartAt":"C","States":{"C":{"Type":"Succeed"}}}]}`, `1`, `[{"x":2},{"x":2}]`},
		{"Parallel: a failed branch fails it", `"A":{"Type":"Parallel","End":true,"Branches":[
			{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":9,"End":true}}},
			{"StartAt":"C","States":{"C":{"Type":"Fail","Error":"Bad","Cause":"c"}}}]}`, `1`, `FAILED Bad c`},

		{"Map over its input", mapping(``, `"Output":"{% $states.input * 2 %}",`), `[1,2,3]`, `[2,4,6]`},
		{"Map over Items", mapping(`"Items":"{% $states.input.list %}",`, ``), `{"list":["a"]}`, `["a"]`},
		{"Map over constant Items", mapping(`"Items":[1,"{% $states.input %}"],`, ``), `5`, `[1,5]`},
		{"Map over nothing", mapping(``, ``), `[]`, `[]`},
		{"Map: ItemSelector sees item, index and the Map's input", mapping(`"Items":["a","b"],"ItemSelector":{"v":"{% $states.context.Map.Item.Value %}","i":"{% $states.context.Map.Item.Index %}","in":"{% $states.input %}"},`, ``), `9`, `[{"v":"a","i":0,"in":9},{"v":"b","i":1,"in":9}]`},
		{"Map: an iteration knows its item", mapping(``, `"Output":"{% $string($states.context.Map.Item.Index) & $states.context.Map.Item.Value %}",`), `["a","b"]`, `["0a","1b"]`},
		{"Map: a failed iteration fails it", `"A":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Choice","Choices":[{"Condition":"{% $states.input = 2 %}","Next":"C"}],"Default":"D"},"C":{"Type":"Fail","Error":"Two"},"D":{"Type":"Succeed"}}}}`, `[1,2,3]`, `FAILED Two `},
		{"a Map in a Map", `"A":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"C","States":{"C":{"Type":"Pass","Output":"{% $states.input + $states.context.Map.Item.Index %}","End":true}}}}}}}`, `[[1,1],[5]]`, `[[1,2],[5]]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.do["boom"] = script("!Boom")
			x, h := r.run(machine(c.states), c.input)
			if got := outcome(x); got != c.want {
				t.Errorf("got  %s\nwant %s\n%s", got, c.want, lines(h))
			}
		})
	}
}

// choice has targets B, C and D that say their names.
func choice(rules, more string) string {
	say := func(name string) string { return `,"` + name + `":{"Type":"Pass","Output":"` + name + `","End":true}` }
	return `"A":{"Type":"Choice","Choices":[` + rules + `]` + more + `}` + say("B") + say("C") + say("D")
}

// mapping is a Map whose processor is one Pass.
func mapping(fields, inner string) string {
	return `"A":{"Type":"Map",` + fields + `"End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"B","States":{"B":{"Type":"Pass",` + inner + `"End":true}}}}`
}

// Failures inside a state have AWS's names, and say where they were.
func TestStatesThatCannotGoOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, states, input, errorName, cause string }{
		{"no rule of a Choice holds", `"A":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.n = 1 %}","Next":"B"}]},"B":{"Type":"Succeed"}`, `{"n":2}`, "States.NoChoiceMatched", "'A'"},
		{"a Condition is no boolean", choice(`{"Condition":"{% $states.input.n %}","Next":"B"},{"Condition":true,"Next":"C"}`, `,"Default":"D"`), `{"n":2}`, "States.QueryEvaluationError", "Expected 'boolean'"},
		{"a Condition is undefined", choice(`{"Condition":"{% $states.input.no %}","Next":"B"},{"Condition":true,"Next":"C"}`, `,"Default":"D"`), `{"n":2}`, "States.QueryEvaluationError", "'Choices/0/Condition' returned nothing"},
		{"an Output is undefined", `"A":{"Type":"Pass","Output":{"x":["{% $states.input.no %}"]},"End":true}`, `{}`, "States.QueryEvaluationError", "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression '$states.input.no' specified for the field 'Output/x/0' returned nothing (undefined)."},
		{"an Assign is undefined", `"A":{"Type":"Pass","Assign":{"v":"{% $states.input.no %}"},"End":true}`, `{}`, "States.QueryEvaluationError", "'Assign/v'"},
		{"Arguments throw", `"A":` + invoking("echo", `"{% $error('stop') %}"`, end), `{}`, "States.QueryEvaluationError", "stop"},
		{"types do not fit", `"A":{"Type":"Pass","Output":"{% 1 + 'a' %}","End":true}`, `{}`, "States.QueryEvaluationError", "threw an error during evaluation"},
		{"Items are no array", mapping(`"Items":"{% $states.input %}",`, ``), `{}`, "States.QueryEvaluationError", "(entered at the event id #2). The JSONata expression '$states.input' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {}"},
		{"an input is no array", mapping(``, ``), `"x"`, "States.QueryEvaluationError", `(entered at the event id #2). Map state input must be an array but was: "x"`},
		{"Items are a function", mapping(`"Items":"{% function($x) { $x } %}",`, ``), `{}`, "States.QueryEvaluationError", "'function($x) { $x }' specified for the field 'Items' returned an unsupported result type."},
		{"an ItemSelector fails", mapping(`"ItemSelector":"{% $states.context.Map.Item.Value.no %}",`, ``), `[1]`, "States.QueryEvaluationError", "ItemSelector"},
		{"Seconds are negative", `"A":{"Type":"Wait","Seconds":"{% -1 %}","End":true}`, `{}`, "States.QueryEvaluationError", "Seconds"},
		{"Seconds are no number", `"A":{"Type":"Wait","Seconds":"{% 'x' %}","End":true}`, `{}`, "States.QueryEvaluationError", "Seconds"},
		{"a Timestamp is none", `"A":{"Type":"Wait","Timestamp":"{% 'tomorrow' %}","End":true}`, `{}`, "States.QueryEvaluationError", "(entered at the event id #2). The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: tomorrow"},
		{"a Timestamp is a number", `"A":{"Type":"Wait","Timestamp":"{% 7 %}","End":true}`, `{}`, "States.QueryEvaluationError", "Expected 'string', but was 'number' for value: 7"},
		{"MaxConcurrency is no number", mapping(`"MaxConcurrency":"{% 'x' %}",`, ``), `[1]`, "States.QueryEvaluationError", "MaxConcurrency"},
		{"TimeoutSeconds is 0", `"A":` + invoking("echo", `{}`, `"TimeoutSeconds":"{% 0 %}",`+end), `[1]`, "States.QueryEvaluationError", "TimeoutSeconds"},
		{"an Error is no string", `"A":{"Type":"Fail","Error":"{% 1 %}"}`, `{}`, "States.QueryEvaluationError", "Error"},
		{"an expression never ends", `"A":{"Type":"Pass","Output":"{% ($f := function($n) { $f($n + 1) }; $f(0)) %}","End":true}`, `{}`, "States.QueryEvaluationError", "threw an error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x, h := newRig(t).run(machine(c.states), c.input)
			if x.Status != Failed || x.Error != c.errorName || !strings.Contains(x.Cause, c.cause) {
				t.Errorf("got %s\nwant %s … %s\n%s", outcome(x), c.errorName, c.cause, lines(h))
			}
		})
	}
}

// Wait ends at its time, not before.
func TestWaitTakesItsTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, fields, input, want string }{
		{"Seconds", `"Seconds":90`, `{}`, "1m30s"},
		{"Seconds 0", `"Seconds":0`, `{}`, "0s"},
		{"Seconds as an expression", `"Seconds":"{% $states.input.s * 2 %}"`, `{"s":4}`, "8s"},
		{"Timestamp", `"Timestamp":"2026-01-02T04:04:05Z"`, `{}`, "1h0m0s"},
		{"Timestamp with a zone", `"Timestamp":"2026-01-02T05:04:05+01:00"`, `{}`, "1h0m0s"},
		{"Timestamp as an expression", `"Timestamp":"{% $states.input.at %}"`, `{"at":"2026-01-02T03:04:06.5Z"}`, "1.5s"},
		{"a Timestamp that has passed", `"Timestamp":"2020-01-01T00:00:00Z"`, `{}`, "0s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x, _ := newRig(t).run(machine(`"A":{"Type":"Wait",`+c.fields+`,"End":true}`), c.input)
			if got := x.StopDate.Sub(x.StartDate).String(); x.Status != Succeeded || got != c.want {
				t.Errorf("%s after %s, want %s", outcome(x), got, c.want)
			}
		})
	}
}

// MaxConcurrency bounds the iterations that run at once.
func TestMapConcurrency(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, field string
		items       int
		want        string // duration, when an iteration takes 10 s
	}{
		{"without a limit", ``, 5, "10s"},
		{"0 is no limit", `"MaxConcurrency":0,`, 5, "10s"},
		{"one after the other", `"MaxConcurrency":1,`, 5, "50s"},
		{"two at once", `"MaxConcurrency":2,`, 5, "30s"},
		{"as an expression", `"MaxConcurrency":"{% 5 - 2 %}",`, 5, "20s"},
		{"never more than 40", ``, 81, "30s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			items := "[" + strings.TrimSuffix(strings.Repeat("1,", c.items), ",") + "]"
			x, _ := newRig(t).run(machine(`"A":{"Type":"Map",`+c.field+`"End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":10,"End":true}}}}`), items)
			if got := x.StopDate.Sub(x.StartDate).String(); x.Status != Succeeded || got != c.want {
				t.Errorf("%s after %s, want %s", x.Status, got, c.want)
			}
		})
	}
}

// A time that is over, however long, is no reason to wait.
func TestWaitForThePast(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00"} {
		r := newRig(t)
		arn := r.start(r.create(machine(`"A":{"Type":"Wait","Timestamp":"`+at+`","End":true}`)), "x", `{}`)
		r.rest()
		if got := r.status(arn); got != Succeeded {
			t.Errorf("until %s: %s", at, got)
		}
	}
}
