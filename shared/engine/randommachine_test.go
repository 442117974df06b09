package engine

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// machines draws definitions with states of all kinds, whose outcome does not
// depend on what happens first: every failure in a branch looks the same, and
// what times out is caught where it does.
type machines struct {
	t     *rapid.T
	frail bool // a task that fails fails the execution, nothing else does
	named int
}

func drawMachine(t *rapid.T, frail bool) string {
	m := &machines{t: t, frail: frail}
	return `{"QueryLanguage":"JSONata",` + m.scope(0, false) + `}`
}

func (m *machines) yes(what string) bool { return rapid.Bool().Draw(m.t, what) }

func (m *machines) number(low, high int, what string) int {
	return rapid.IntRange(low, high).Draw(m.t, what)
}

// scope is a chain of states; only Choice leaves states out.
func (m *machines) scope(depth int, inMap bool) string {
	names := make([]string, m.number(1, 4-depth, "states"))
	for i := range names {
		m.named++
		names[i] = fmt.Sprint("s", m.named)
	}
	var states []string
	for i, name := range names {
		states = append(states, `"`+name+`":{`+m.state(name, names[i+1:], depth, inMap)+`}`)
	}
	return `"StartAt":"` + names[0] + `","States":{` + strings.Join(states, ",") + `}`
}

// state draws one; later are the states behind it.
func (m *machines) state(name string, later []string, depth int, inMap bool) string {
	kinds := []string{"pass", "task", "task", "token", "wait", "function"}
	if !m.frail {
		kinds = append(kinds, "silent")
	}
	switch {
	case len(later) > 0:
		kinds = append(kinds, "choice")
	case m.frail:
		kinds = append(kinds, "succeed")
	default:
		kinds = append(kinds, "fail", "succeed")
	}
	if depth < 2 {
		kinds = append(kinds, "parallel", "map", "parallel", "map")
	}
	next := `"End":true`
	if len(later) > 0 {
		next = `"Next":"` + later[0] + `"`
	}
	const seen = `"{% $length($string($states.input)) %}"`
	at := `"at":"` + name + `","try":"{% $states.context.State.RetryCount %}"`
	if inMap {
		at += `,"item":"{% $states.context.Map.Item.Index %}"`
	}
	switch rapid.SampledFrom(kinds).Draw(m.t, name) {
	case "task":
		return `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{` + at + `}},"Assign":{"v` + name + `":"{% $states.result.Payload %}"},` +
			`"Output":{"` + name + `":"{% $states.result.Payload %}","in":` + seen + `},` + m.handlers(later) + next
	case "function":
		return `"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:f","Arguments":{` + at + `},` + m.handlers(later) + next
	case "token":
		return `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":9000000,"Arguments":{"FunctionName":"ask","Payload":{"token":"{% $states.context.Task.Token %}",` + at + `}},` + m.handlers(later) + next
	case "silent": // nobody answers
		caught := `"Catch":[{"ErrorEquals":["States.Timeout"],"Output":"{% $states.errorOutput.Error %}",` + next + `}],`
		if len(later) == 0 {
			caught = `"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"` + name + `t"}],"End":true},"` + name + `t":{"Type":"Succeed","Output":"silent"`
			next = ""
		}
		return strings.TrimSuffix(`"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":7,"Arguments":{"FunctionName":"silent","Payload":{"token":"{% $states.context.Task.Token %}"}},`+caught+next, ",")
	case "wait":
		return fmt.Sprintf(`"Type":"Wait","Seconds":%d,`, m.number(0, 90, "seconds")) + next
	case "choice":
		return `"Type":"Choice","Choices":[{"Condition":"{% $length($string($states.input)) % 2 = 0 %}","Next":"` + rapid.SampledFrom(later).Draw(m.t, "choice") + `"}],"Default":"` + later[0] + `"`
	case "fail":
		return `"Type":"Fail","Error":"Broken","Cause":"c"`
	case "succeed":
		return `"Type":"Succeed","Output":{"` + name + `":` + seen + `}`
	case "parallel":
		branches := make([]string, m.number(1, 3, "branches"))
		for i := range branches {
			branches[i] = `{` + m.scope(depth+1, inMap) + `}`
		}
		return `"Type":"Parallel","Branches":[` + strings.Join(branches, ",") + `],` + m.handlers(later) + next
	case "map":
		items := []string{`[]`, `[1]`, `["a","b"]`, `[1,2,3,4]`}[m.number(0, 3, "items")]
		return fmt.Sprintf(`"Type":"Map","Items":%s,"MaxConcurrency":%d,"ItemProcessor":{%s},`, items, m.number(0, 2, "concurrency"), m.scope(depth+1, true)) + m.handlers(later) + next
	}
	return `"Type":"Pass","Assign":{"v` + name + `":` + seen + `},"Output":{"` + name + `":"{% $states.input %}"},` + next
}

// handlers draws Retry and Catch; catchers lead to states behind.
func (m *machines) handlers(later []string) string {
	if m.frail {
		return ""
	}
	out := ""
	if m.yes("retry") {
		out += fmt.Sprintf(`"Retry":[{"ErrorEquals":["Broken"],"IntervalSeconds":%d,"MaxAttempts":%d,"JitterStrategy":"FULL"}],`, m.number(1, 20, "interval"), m.number(0, 2, "attempts"))
	}
	if len(later) > 0 && m.yes("catch") {
		out += `"Catch":[{"ErrorEquals":["States.ALL"],"Output":{"caught":"{% $states.errorOutput.Error %}"},"Next":"` + rapid.SampledFrom(later).Draw(m.t, "catch") + `"}],`
	}
	return out
}
