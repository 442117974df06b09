package engine

import (
	"strings"
	"testing"
)

// paths is a machine of JSONPath states.
func paths(states string) string { return `{"StartAt":"A","States":{` + states + `}}` }

const (
	echo  = `"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:echo"`
	boom  = `"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:boom"`
	arn   = "arn:aws:lambda:us-east-1:000000000000:function:"
	inner = `"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass",`
)

// What every type of state does with its input and its result.
func TestPathStates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, states, input, want string }{
		{"Pass hands on its input", `"A":{"Type":"Pass","End":true}`, `{"a":1}`, `{"a":1}`},
		{"Pass: InputPath", `"A":{"Type":"Pass","InputPath":"$.a","End":true}`, `{"a":{"b":1}}`, `{"b":1}`},
		{"Pass: InputPath null", `"A":{"Type":"Pass","InputPath":null,"End":true}`, `{"a":1}`, `{}`},
		{"Pass: InputPath from the context", `"A":{"Type":"Pass","InputPath":"$$.State.Name","End":true}`, `{}`, `"A"`},
		{"Pass: Parameters see what InputPath selects", `"A":{"Type":"Pass","InputPath":"$.a","Parameters":{"x.$":"$.b","y":[{"z.$":"$$.State.Name"},"$.b"],"n":null},"End":true}`, `{"a":{"b":1}}`, `{"x":1,"y":[{"z":"A"},"$.b"],"n":null}`},
		{"Pass: Result is taken as it is", `"A":{"Type":"Pass","Parameters":{"p":1},"Result":{"x.$":"$.a"},"End":true}`, `{"a":1}`, `{"x.$":"$.a"}`},
		{"Pass: a Result of null", `"A":{"Type":"Pass","Result":null,"End":true}`, `{"a":1}`, `null`},
		{"Pass: ResultPath", `"A":{"Type":"Pass","Result":7,"ResultPath":"$.b.c","End":true}`, `{"a":1}`, `{"a":1,"b":{"c":7}}`},
		{"Pass: ResultPath into the raw input", `"A":{"Type":"Pass","InputPath":"$.a","ResultPath":"$.b","End":true}`, `{"a":1}`, `{"a":1,"b":1}`},
		{"Pass: ResultPath null", `"A":{"Type":"Pass","Result":7,"ResultPath":null,"End":true}`, `{"a":1}`, `{"a":1}`},
		{"Pass: OutputPath", `"A":{"Type":"Pass","Result":7,"ResultPath":"$.b","OutputPath":"$.b","End":true}`, `{"a":1}`, `7`},
		{"Pass: OutputPath null", `"A":{"Type":"Pass","OutputPath":null,"End":true}`, `{"a":1}`, `{}`},
		{"an intrinsic function", `"A":{"Type":"Pass","Parameters":{"x.$":"States.Format('{}-{}', $.a, States.ArrayLength($.l))"},"End":true}`, `{"a":"n","l":[1,2]}`, `{"x":"n-2"}`},
		{"text that looks like JSONata", `"A":{"Type":"Pass","Parameters":{"x":"{% $.a %}"},"End":true}`, `{}`, `{"x":"{% $.a %}"}`},
		{"a path through what is not there", `"A":{"Type":"Pass","Parameters":{"x.$":"$.no[*].n","y.$":"$.no[1:]"},"End":true}`, `{"a":1}`, `{"x":[],"y":[]}`},
		{"a path that finds many", `"A":{"Type":"Pass","Parameters":{"x.$":"$.l[?(@.n > 1)].n","y.$":"$..nothing"},"End":true}`, `{"l":[{"n":1},{"n":2},{"n":3}]}`, `{"x":[2,3],"y":[]}`},
		{"Succeed", `"A":{"Type":"Succeed","InputPath":"$.a","OutputPath":"$.b"}`, `{"a":{"b":1}}`, `1`},
		{"Fail", `"A":{"Type":"Fail","Error":"Bad","Cause":"so it is"}`, `{}`, `FAILED Bad so it is`},
		{"Fail by paths", `"A":{"Type":"Fail","ErrorPath":"$.e","CausePath":"States.Format('because of {}', $.c)"}`, `{"e":"E","c":1}`, `FAILED E because of 1`},
		{"Wait", `"A":{"Type":"Wait","InputPath":"$.a","SecondsPath":"$.s","OutputPath":"$.b","End":true}`, `{"a":{"s":3,"b":1}}`, `1`},

		{"Task: input in, result out", `"A":{` + echo + `,"End":true}`, `{"n":7}`, `{"n":7}`},
		{"Task: all five fields", `"A":{` + echo + `,"InputPath":"$.in","Parameters":{"p.$":"$.x","name.$":"$$.State.Name"},"ResultSelector":{"r.$":"$.p","e.$":"$$.Execution.Input.k"},"ResultPath":"$.out","OutputPath":"$['out','k']","End":true}`,
			`{"in":{"x":5},"k":1}`, `{"out":{"r":5,"e":1},"k":1}`},
		{"Task lambda:invoke", `"A":{` + task + `,"Parameters":{"FunctionName":"echo","Payload.$":"$"},"ResultSelector":{"got.$":"$.Payload"},"End":true}`, `{"n":7}`, `{"got":{"n":7}}`},
		{"Task: the function's name by a path", `"A":{` + task + `,"Parameters":{"FunctionName.$":"$.f","Payload":1},"OutputPath":"$.Payload","End":true}`, `{"f":"echo"}`, `1`},
		{"Task: ResultPath null", `"A":{` + echo + `,"Parameters":{},"ResultPath":null,"End":true}`, `{"n":7}`, `{"n":7}`},
		{"Catch: the error replaces the input", `"A":{` + boom + `,"Catch":[{"ErrorEquals":["Boom"],"Next":"B"}],"End":true},"B":{"Type":"Succeed"}`, `{"n":7}`, `{"Error":"Boom","Cause":"cause of Boom"}`},
		{"Catch: ResultPath", `"A":{` + boom + `,"InputPath":"$.n","OutputPath":"$.n","Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"B"}],"End":true},"B":{"Type":"Succeed"}`, `{"n":7}`, `{"n":7,"e":{"Error":"Boom","Cause":"cause of Boom"}}`},
		{"Catch: ResultPath null", `"A":{` + boom + `,"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":null,"Next":"B"}],"End":true},"B":{"Type":"Succeed"}`, `{"n":7}`, `{"n":7}`},
		{"Catch: Assign sees the error", `"A":{` + boom + `,"Catch":[{"ErrorEquals":["Boom"],"Assign":{"e.$":"$.Error"},"ResultPath":null,"Next":"B"}],"End":true},"B":{"Type":"Pass","Parameters":{"e.$":"$e"},"End":true}`, `{}`, `{"e":"Boom"}`},
		{"Catch: a failed function", `"A":{` + echo + `,"Parameters":{"x.$":"States.StringToJson($.s)"},"Catch":[{"ErrorEquals":["States.IntrinsicFailure"],"ResultPath":null,"Next":"B"}],"End":true},"B":{"Type":"Succeed"}`, `{"s":"{"}`, `{"s":"{"}`},
		{"Catch: a result that does not fit", `"A":{` + echo + `,"ResultPath":"$.a.b","Catch":[{"ErrorEquals":["States.ReferencePathConflict"],"ResultPath":null,"Next":"B"}],"End":true},"B":{"Type":"Succeed"}`, `{"a":1}`, `{"a":1}`},

		{"Parallel", `"A":{"Type":"Parallel","InputPath":"$.a","Parameters":{"p.$":"$.b"},"ResultSelector":{"first.$":"$[0].p","all.$":"$"},"ResultPath":"$.r","OutputPath":"$.r","End":true,"Branches":[
			{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},{"StartAt":"C","States":{"C":{"Type":"Pass","Result":"c","End":true}}}]}`, `{"a":{"b":1}}`, `{"first":1,"all":[{"p":1},"c"]}`},
		{"Map over its input", `"A":{"Type":"Map",` + inner + `"End":true}}},"End":true}`, `[1,2]`, `[1,2]`},
		{"Map: InputPath, ItemsPath, ItemSelector", `"A":{"Type":"Map","InputPath":"$.a","ItemsPath":"$.l","ItemSelector":{"v.$":"$$.Map.Item.Value.n","i.$":"$$.Map.Item.Index","k.$":"$.k"},` + inner + `"End":true}}},"ResultPath":"$.r","End":true}`,
			`{"a":{"l":[{"n":5},{"n":6}],"k":1}}`, `{"a":{"l":[{"n":5},{"n":6}],"k":1},"r":[{"v":5,"i":0,"k":1},{"v":6,"i":1,"k":1}]}`},
		{"Map: MaxConcurrencyPath to a variable", `"A":{"Type":"Pass","Assign":{"n":"1"},"Next":"M"},"M":{"Type":"Map","MaxConcurrencyPath":"$n",` + inner + `"End":true}}},"End":true}`, `[1,2]`, `[1,2]`},
		{"Map: the older names", `"A":{"Type":"Map","Parameters":{"v.$":"$$.Map.Item.Value"},"Iterator":{"StartAt":"B","States":{"B":{"Type":"Pass","OutputPath":"$.v","End":true}}},"End":true}`, `[3]`, `[3]`},
		{"Map: an iteration knows its item", `"A":{"Type":"Map",` + inner + `"Parameters":{"x.$":"States.Array($$.Map.Item.Index, $)"},"OutputPath":"$.x","End":true}}},"End":true}`, `["a","b"]`, `[[0,"a"],[1,"b"]]`},
		{"Map over items of the context", `"A":{"Type":"Map","ItemsPath":"$$.Execution.Input.l",` + inner + `"End":true}}},"End":true}`, `{"l":[4]}`, `[4]`},
		{"Map: ResultSelector", `"A":{"Type":"Map","ResultSelector":{"n.$":"States.ArrayLength($)"},` + inner + `"End":true}}},"End":true}`, `[1,2]`, `{"n":2}`},

		{"Assign sees the result, all at once", `"A":{` + echo + `,"Parameters":{"v":2},"Assign":{"x.$":"$.v","y":{"z.$":"States.MathAdd($.v, 1)"}},"ResultPath":null,"Next":"B"},
			"B":{"Type":"Pass","Assign":{"x.$":"$y","y.$":"$x"},"Next":"C"},"C":{"Type":"Pass","Parameters":{"x.$":"$x.z","y.$":"$y"},"End":true}`, `{}`, `{"x":3,"y":2}`},
		{"Assign before ResultSelector", `"A":{` + echo + `,"Assign":{"x.$":"$.n"},"ResultSelector":{},"Next":"B"},"B":{"Type":"Pass","InputPath":"$x","End":true}`, `{"n":7}`, `7`},
		{"Assign of a Pass sees its Result", `"A":{"Type":"Pass","Result":{"r":1},"Assign":{"x.$":"$.r"},"Next":"B"},"B":{"Type":"Pass","InputPath":"$x","End":true}`, `{}`, `1`},
		{"Assign of a Wait sees what InputPath selects", `"A":{"Type":"Wait","Seconds":1,"InputPath":"$.a","Assign":{"x.$":"$.b"},"Next":"B"},"B":{"Type":"Pass","InputPath":"$x","End":true}`, `{"a":{"b":4}}`, `4`},
		{"Assign of a rule", `"A":{"Type":"Choice","InputPath":"$.a","Choices":[{"Variable":"$.b","IsPresent":true,"Assign":{"x.$":"$.b"},"Next":"B"}],"Assign":{"x":0},"Default":"B"},"B":{"Type":"Pass","InputPath":"$x","End":true}`, `{"a":{"b":4}}`, `4`},
		{"Assign of the Default", `"A":{"Type":"Choice","Choices":[{"Variable":"$.b","IsPresent":true,"Assign":{"x.$":"$.b"},"Next":"B"}],"Assign":{"x":0},"Default":"B"},"B":{"Type":"Pass","InputPath":"$x","End":true}`, `{}`, `0`},
		{"variables of an outer scope", `"A":{"Type":"Pass","Assign":{"x":5},"Next":"M"},"M":{"Type":"Map",` + inner + `"Parameters":{"x.$":"$x"},"End":true}}},"End":true}`, `[1]`, `[{"x":5}]`},

		{"a JSONata state in between", `"A":{"Type":"Pass","Result":{"n":2},"Assign":{"x":1},"Next":"B"},"B":{"Type":"Pass","QueryLanguage":"JSONata","Assign":{"x":"{% $x + 1 %}"},"Output":{"n":"{% $states.input.n * 10 %}"},"Next":"C"},
			"C":{"Type":"Pass","Parameters":{"n.$":"$.n","x.$":"$x"},"End":true}`, `{}`, `{"n":20,"x":2}`},
		{"JSONPath inside a JSONata Map", `"A":{"Type":"Map","QueryLanguage":"JSONata","Items":"{% [1..2] %}",` + inner + `"Parameters":{"i.$":"$"},"End":true}}},"Output":"{% $states.result.i %}","End":true}`, `{}`, `[1,2]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.do[arn+"boom"] = script("!Boom")
			x, h := r.run(paths(c.states), c.input)
			if got := outcome(x); got != c.want {
				t.Errorf("got  %s\nwant %s\n%s", got, c.want, lines(h))
			}
		})
	}
}

// Tests of a Choice: which rule is taken.
func TestPathRules(t *testing.T) {
	t.Parallel()
	const input = `{"n":5,"m":7,"s":"order-17.json","b":true,"t":"2026-01-02T00:00:00Z","u":"2026-01-02T01:00:00+01:00","z":null,"in":{"n":1}}`
	for rule, want := range map[string]bool{
		`"Variable":"$.n","NumericEquals":5`:                                                           true,
		`"Variable":"$.n","NumericLessThanPath":"$.m"`:                                                 true,
		`"Variable":"$.n","NumericGreaterThanEqualsPath":"$.m"`:                                        false,
		`"Variable":"$.n","NumericEqualsPath":"$.s"`:                                                   false,
		`"Variable":"$.s","NumericEquals":5`:                                                           false,
		`"Variable":"$.s","StringMatches":"order-*.json"`:                                              true,
		`"Variable":"$.t","TimestampEqualsPath":"$.u"`:                                                 true,
		`"Variable":"$.t","TimestampLessThan":"2026-01-03T00:00:00Z"`:                                  true,
		`"Variable":"$.b","BooleanEquals":true`:                                                        true,
		`"Variable":"$.z","IsNull":true`:                                                               true,
		`"Variable":"$.z","IsPresent":true`:                                                            true,
		`"Variable":"$.no","IsPresent":false`:                                                          true,
		`"Variable":"$.no.further","IsPresent":true`:                                                   false,
		`"Variable":"$.no[*].n","IsPresent":true`:                                                      true,
		`"Variable":"$$.State.Name","StringEquals":"A"`:                                                true,
		`"Variable":"$v","NumericEquals":3`:                                                            true,
		`"Variable":"$v","NumericEqualsPath":"$v"`:                                                     true,
		`"Variable":"$unset","IsPresent":false`:                                                        true,
		`"Not":{"Variable":"$.n","NumericEquals":5}`:                                                   false,
		`"And":[{"Variable":"$.n","NumericEquals":5},{"Variable":"$.m","NumericEquals":7}]`:            true,
		`"And":[{"Variable":"$.n","NumericEquals":5},{"Variable":"$.m","NumericEquals":8}]`:            false,
		`"And":[{"Variable":"$.no","IsPresent":true},{"Variable":"$.no","NumericEquals":8}]`:           false,
		`"Or":[{"Variable":"$.n","NumericEquals":6},{"Not":{"Variable":"$.b","BooleanEquals":false}}]`: true,
		`"Or":[{"Variable":"$.n","NumericEquals":5},{"Variable":"$.no","NumericEquals":8}]`:            true,
		`"Or":[{"Variable":"$.n","NumericEquals":6},{"Variable":"$.m","NumericEquals":6}]`:             false,
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			x, h := newRig(t).run(paths(`"A":{"Type":"Pass","Assign":{"v":3},"ResultPath":null,"Next":"Z"},
				"Z":{"Type":"Choice","Choices":[{`+strings.ReplaceAll(rule, `"A"`, `"Z"`)+`,"Next":"B"}],"Default":"C"},"B":{"Type":"Pass","Result":"yes","Assign":{"unset":1},"Next":"D"},"C":{"Type":"Pass","Result":"no","Next":"D"},
				"D":{"Type":"Choice","Choices":[{"Variable":"$","StringEquals":"again","Next":"Z"}],"Default":"E"},"E":{"Type":"Succeed"}`), input)
			if want := map[bool]string{true: `"yes"`, false: `"no"`}[want]; outcome(x) != want {
				t.Errorf("got %s, want %s\n%s", outcome(x), want, lines(h))
			}
		})
	}
}

// What fails inside a JSONPath state has AWS's names and words.
func TestPathStatesThatCannotGoOn(t *testing.T) {
	t.Parallel()
	const at = "An error occurred while executing the state 'A' (entered at the event id #2). "
	for _, c := range []struct{ name, states, input, errorName, cause string }{
		{"Parameters", `"A":{"Type":"Pass","Parameters":{"x":{"y.$":"$.no"}},"End":true}`, `{"a":1}`, "States.Runtime", at + `The JSONPath '$.no' specified for the field 'y.$' could not be found in the input '{"a":1}'`},
		{"ResultSelector", `"A":{` + echo + `,"ResultSelector":{"y.$":"$.no"},"End":true}`, `{}`, "States.Runtime", at + "The JSONPath '$.no' specified for the field 'y.$'"},
		{"the context", `"A":{"Type":"Pass","Parameters":{"y.$":"$$.Task.Token"},"End":true}`, `{}`, "States.Runtime", at + "The JSONPath '$$.Task.Token' specified"},
		{"InputPath", `"A":{"Type":"Pass","InputPath":"$.a.b","End":true}`, `{}`, "States.Runtime", at + "Invalid path '$.a.b' : No results for path: $['a']['b']"},
		{"OutputPath", `"A":{"Type":"Pass","OutputPath":"$.a","End":true}`, `{}`, "States.Runtime", at + "Invalid path '$.a'"},
		{"ResultPath", `"A":{"Type":"Pass","Result":1,"ResultPath":"$.a.b","End":true}`, `{"a":"x"}`, "States.ReferencePathConflict", at + `Unable to apply step "b" to input {"a":"x"}`},
		{"ResultPath into a list", `"A":{"Type":"Pass","Result":1,"ResultPath":"$.a","End":true}`, `[1]`, "States.ReferencePathConflict", at + `Unable to apply step "a" to input [1]`},
		{"ResultPath into text", `"A":{"Type":"Pass","Result":1,"ResultPath":"$.a","End":true}`, `"x"`, "States.ReferencePathConflict", at + `Unable to apply ReferencePath $.a to input "x"`},
		{"an intrinsic function", `"A":{"Type":"Pass","Parameters":{"x.$":"States.MathAdd($.a, 1)"},"End":true}`, `{"a":"x"}`, "States.IntrinsicFailure", at + "The function 'States.MathAdd($.a, 1)' had the following error: "},
		{"an argument of one", `"A":{"Type":"Pass","Parameters":{"x.$":"States.Array($.no)"},"End":true}`, `{}`, "States.Runtime", at + "The function 'States.Array($.no)' had the following error: The JsonPath argument for the field '$.no' could not be found in the input '{}'"},
		{"an argument past the end", `"A":{"Type":"Pass","Parameters":{"x.$":"States.Format('{}', $.l[3])"},"End":true}`, `{"l":[]}`, "States.Runtime", at + "The function 'States.Format('{}', $.l[3])' had the following error: The JsonPath argument for the field '$.l[3]'"},
		{"Variable", `"A":{"Type":"Choice","Choices":[{"Variable":"$.no","NumericEquals":1,"Next":"B"}],"Default":"B"},"B":{"Type":"Succeed"}`, `{}`, "States.Runtime", at + "Invalid path '$.no': The choice state's condition path references an invalid value."},
		{"an operand", `"A":{"Type":"Choice","Choices":[{"Variable":"$.a","NumericEqualsPath":"$.no","Next":"B"}],"Default":"B"},"B":{"Type":"Succeed"}`, `{"a":1}`, "States.Runtime", at + "Invalid path '$.no'"},
		{"no rule", `"A":{"Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":1,"Next":"B"}]},"B":{"Type":"Succeed"}`, `{"a":2}`, "States.NoChoiceMatched", "'A'"},
		{"ItemsPath", `"A":{"Type":"Map","ItemsPath":"$.no",` + inner + `"End":true}}},"End":true}`, `{"a":1}`, "States.ReferencePathConflict", at + `Unable to apply step "no" to input {"a":1}`},
		{"items that are none", `"A":{"Type":"Map","ItemsPath":"$.a",` + inner + `"End":true}}},"End":true}`, `{"a":{}}`, "States.Runtime", at + `Reference path "$.a" must point to array.`},
		{"an ItemSelector", `"A":{"Type":"Map","ItemSelector":{"x.$":"$$.Map.Item.Value.no"},` + inner + `"End":true}}},"End":true}`, `[1]`, "States.Runtime", at + "The JSONPath '$$.Map.Item.Value.no'"},
		{"SecondsPath", `"A":{"Type":"Wait","SecondsPath":"$.s","End":true}`, `{"s":"x"}`, "States.Runtime", at + "The SecondsPath parameter cannot be parsed as a long value: $.s == x"},
		{"SecondsPath to a fraction", `"A":{"Type":"Wait","SecondsPath":"$.s","End":true}`, `{"s":-1.5}`, "States.Runtime", at + "The SecondsPath parameter cannot be parsed as a long value: $.s == -1.5"},
		{"SecondsPath below 0", `"A":{"Type":"Wait","SecondsPath":"$.s","End":true}`, `{"s":-1}`, "States.Runtime", at + "The SecondsPath parameter references a negative value: $.s == -1"},
		{"SecondsPath to nothing", `"A":{"Type":"Wait","SecondsPath":"$.s","End":true}`, `{}`, "States.Runtime", at + "Invalid path '$.s'"},
		{"TimestampPath", `"A":{"Type":"Wait","TimestampPath":"$.s","End":true}`, `{"s":"noon"}`, "States.Runtime", at + "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.s == noon"},
		{"TimeoutSecondsPath", `"A":{` + echo + `,"TimeoutSecondsPath":"$.s","End":true}`, `{"s":0}`, "States.Runtime", at + "The TimeoutSecondsPath parameter does not reference"},
		{"MaxConcurrencyPath", `"A":{"Type":"Map","ItemsPath":"$.l","MaxConcurrencyPath":"$.s",` + inner + `"End":true}}},"End":true}`, `{"l":[],"s":"x"}`, "States.Runtime", at + `The MaxConcurrencyPath field refers to value "x" which is not a valid integer: $.s`},
		{"ErrorPath", `"A":{"Type":"Fail","ErrorPath":"$.e"}`, `{"e":1}`, "States.Runtime", at + "The ErrorPath parameter does not reference"},
		{"ErrorPath to nothing", `"A":{"Type":"Fail","ErrorPath":"$.e"}`, `{}`, "States.Runtime", at + "The JSONPath '$.e' specified for the field 'ErrorPath' could not be found in the input '{}'"},
		{"CausePath to nothing", `"A":{"Type":"Fail","CausePath":"$.e"}`, `{}`, "States.Runtime", at + "The JSONPath '$.e' specified for the field 'CausePath' could not be found in the input '{}'"},
		{"Assign", `"A":{"Type":"Pass","Assign":{"x.$":"$.no"},"End":true}`, `{}`, "States.Runtime", at + "The JSONPath '$.no' specified for the field 'x.$'"},
		{"a catcher's ResultPath", `"A":{` + boom + `,"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.a.b","Next":"B"}],"End":true},"B":{"Type":"Succeed"}`, `{"a":1}`, "States.ReferencePathConflict", at},
		{"States.ALL does not catch States.Runtime", `"A":{` + echo + `,"Parameters":{"x.$":"$.no"},"Retry":[{"ErrorEquals":["States.ALL"]}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},"B":{"Type":"Succeed"}`, `{}`, "States.Runtime", at},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.do[arn+"boom"] = script("!Boom")
			x, h := r.run(paths(c.states), c.input)
			if x.Status != Failed || x.Error != c.errorName || !strings.Contains(x.Cause, c.cause) {
				t.Errorf("got %s\nwant %s … %s\n%s", outcome(x), c.errorName, c.cause, lines(h))
			}
			for _, ev := range h {
				if ev.Type == "EvaluationFailed" {
					t.Error("only JSONata has that event")
				}
			}
		})
	}
}

// Nothing catches States.Runtime, so it ends the execution where it happens: no
// state around it fails first.
func TestHistoryOfAPathThatLeadsNowhere(t *testing.T) {
	t.Parallel()
	_, h := newRig(t).run(paths(`"A":{"Type":"Parallel","Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"End":true,"Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Parameters":{"m.$":"$.nope"},"End":true}}}]},"C":{"Type":"Succeed"}`), `{"x":"a"}`)
	want := "1<0 ExecutionStarted\n2<0 ParallelStateEntered A\n3<2 ParallelStateStarted\n4<3 PassStateEntered B\n5<4 ExecutionFailed States.Runtime\n"
	if got := shape(h); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if cause := h[4].Details.Cause; !strings.HasPrefix(cause, "An error occurred while executing the state 'B' (entered at the event id #4). The JSONPath '$.nope'") {
		t.Error(cause)
	}
}

// Both languages write the same history for the same task.
func TestHistoryOfATaskInBothLanguages(t *testing.T) {
	t.Parallel()
	const retry = `"Retry":[{"ErrorEquals":["Boom"],"MaxAttempts":1}],"TimeoutSeconds":9,"End":true`
	var shapes, parameters []string
	for _, definition := range []string{
		paths(`"A":{` + task + `,"Parameters":{"FunctionName":"boom","Payload":{"n.$":"$.n"}},"Assign":{"v.$":"$.StatusCode"},"OutputPath":"$.Payload",` + retry + `}`),
		machine(`"A":{` + task + `,"Arguments":{"FunctionName":"boom","Payload":{"n":"{% $states.input.n %}"}},"Assign":{"v":"{% $states.result.StatusCode %}"},"Output":"{% $states.result.Payload %}",` + retry + `}`),
	} {
		r := newRig(t)
		r.do["boom"] = script("!Boom", `{"ok":true}`)
		x, h := r.run(definition, `{"n":1}`)
		if outcome(x) != `{"ok":true}` || h[len(h)-2].Details.Assigned["v"] != "200" {
			t.Fatalf("%s\n%s", outcome(x), lines(h))
		}
		shapes, parameters = append(shapes, shape(h)), append(parameters, *h[2].Details.Parameters)
	}
	if shapes[0] != shapes[1] || parameters[0] != parameters[1] {
		t.Errorf("%s\n%s\n%s", shapes[0], shapes[1], parameters)
	}
}

// A task token goes out by a path, too.
func TestATokenByAPath(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := make(chan string, 1)
	r.do["wait"] = func(payload string) (string, *TaskError) { token <- strings.Trim(payload, `"`); return "{}", nil }
	x := r.start(r.create(paths(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"wait","Payload.$":"$$.Task.Token"},"ResultPath":"$.answer","End":true}`)), "", `{"n":1}`)
	if err := r.SendTaskSuccess(ctx, <-token, []byte(`"yes"`)); err != nil {
		t.Fatal(err)
	}
	if got := outcome(r.finish(x)); got != `{"n":1,"answer":"yes"}` {
		t.Error(got)
	}
}
