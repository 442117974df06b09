package engine

import (
	"strings"
	"testing"
)

// Catch: the first catcher that matches, after all retries.
func TestCatch(t *testing.T) {
	t.Parallel()
	const next = `"Next":"Z"`
	for _, c := range []struct{ name, error, catch, want string }{
		{"the error output is the next input", "Boom", `{"ErrorEquals":["Boom"],` + next + `}`, `{"Error":"Boom","Cause":"cause of Boom"}`},
		{"Output sees input and errorOutput", "Boom", `{"ErrorEquals":["Boom"],"Output":{"in":"{% $states.input %}","e":"{% $states.errorOutput.Cause %}"},` + next + `}`, `{"in":{"n":1},"e":"cause of Boom"}`},
		{"the first that matches", "Boom", `{"ErrorEquals":["Other"],"Output":1,` + next + `},{"ErrorEquals":["Boom"],"Output":2,` + next + `},{"ErrorEquals":["States.ALL"],"Output":3,` + next + `}`, `2`},
		{"States.ALL", "Boom", `{"ErrorEquals":["Other"],"Output":1,` + next + `},{"ErrorEquals":["States.ALL"],"Output":3,` + next + `}`, `3`},
		{"States.TaskFailed", "Boom", `{"ErrorEquals":["States.TaskFailed"],"Output":1,` + next + `}`, `1`},
		{"none matches", "Boom", `{"ErrorEquals":["Other"],` + next + `}`, `FAILED Boom cause of Boom`},
		{"names are compared exactly", "Boom", `{"ErrorEquals":["boom"],` + next + `}`, `FAILED Boom cause of Boom`},
		{"States.Runtime is never caught", "States.Runtime", `{"ErrorEquals":["States.Runtime"],"Output":1,` + next + `},{"ErrorEquals":["States.ALL"],"Output":2,` + next + `}`, `FAILED States.Runtime cause of States.Runtime`},
		{"States.ALL does not catch States.DataLimitExceeded", "States.DataLimitExceeded", `{"ErrorEquals":["States.ALL"],"Output":2,` + next + `}`, `FAILED States.DataLimitExceeded cause of States.DataLimitExceeded`},
		{"its own name does", "States.DataLimitExceeded", `{"ErrorEquals":["States.DataLimitExceeded"],"Output":2,` + next + `}`, `2`},
		{"a catcher that fails is final", "Boom", `{"ErrorEquals":["Boom"],"Output":"{% $states.errorOutput.No %}",` + next + `}`, `FAILED States.QueryEvaluationError`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.do["f"] = script("!" + c.error)
			x, h := r.run(machine(`"Y":{"Type":"Pass","End":true},"A":`+invoking("f", `{}`, `"Catch":[`+c.catch+`],"Next":"Y"`)+`,"Z":{"Type":"Succeed"}`), `{"n":1}`)
			if got := outcome(x); got != c.want && !strings.HasPrefix(got, c.want+" An error") {
				t.Errorf("got  %s\nwant %s\n%s", got, c.want, lines(h))
			}
		})
	}
}

// Evaluation errors of a Task, also in its Assign and Output, can be caught;
// so can what happens inside a Parallel or Map.
func TestCatchOfOtherFailures(t *testing.T) {
	t.Parallel()
	caught := `"Catch":[{"ErrorEquals":["States.QueryEvaluationError"],"Output":"query","Next":"Z"},{"ErrorEquals":["States.ALL"],"Output":"{% $states.errorOutput.Error %}","Next":"Z"}],"Next":"Y"`
	fails := `{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Inner"}}}`
	for _, c := range []struct{ name, state, want string }{
		{"Arguments", invoking("f", `"{% $states.input.no %}"`, caught), `"query"`},
		{"Output", invoking("f", `{}`, `"Output":"{% $states.result.no %}",`+caught), `"query"`},
		{"Assign", invoking("f", `{}`, `"Assign":{"v":"{% $states.result.no %}"},`+caught), `"query"`},
		{"a branch", `{"Type":"Parallel","Branches":[` + fails + `],` + caught + `}`, `"Inner"`},
		{"an iteration", `{"Type":"Map","Items":[1],"ItemProcessor":` + fails + `,` + caught + `}`, `"Inner"`},
		{"a Choice in a branch", `{"Type":"Parallel","Branches":[{"StartAt":"F","States":{"F":{"Type":"Choice","Choices":[{"Condition":false,"Next":"G"}]},"G":{"Type":"Succeed"}}}],` + caught + `}`, `"States.NoChoiceMatched"`},
		{"Output of a Parallel", `{"Type":"Parallel","Branches":[{"StartAt":"F","States":{"F":{"Type":"Succeed"}}}],"Output":"{% $states.result.no %}",` + caught + `}`, `"query"`},
		{"the innermost that matches", `{"Type":"Parallel","Branches":[{"StartAt":"P","States":{"G":{"Type":"Pass","Output":"inner","End":true},"P":{"Type":"Parallel","End":true,"Branches":[` + fails + `],"Catch":[{"ErrorEquals":["Inner"],"Next":"G"}]}}}],` + strings.Replace(caught, `"Next":"Y"`, `"Output":"{% $states.result[0] %}","Next":"Z"`, 1) + `}`, `"inner"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			more := `,"Y":{"Type":"Pass","End":true}`
			if !strings.Contains(c.state, `"Next":"Y"`) {
				more = ""
			}
			x, h := newRig(t).run(machine(`"A":`+c.state+more+`,"Z":{"Type":"Succeed"}`), `{}`)
			if got := outcome(x); got != c.want {
				t.Errorf("got  %s\nwant %s\n%s", got, c.want, lines(h))
			}
		})
	}
}
