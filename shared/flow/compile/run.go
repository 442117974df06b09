package compile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

const (
	startSync   = "arn:aws:states:::aws-sdk:sfn:startSyncExecution"
	childOutput = "$parse($states.result.Output)"
)

// beginning is the scope's first state. Without a stretch to begin with it only
// gives the variables their first values, as in standard.
func (k *cut) beginning() object {
	first := k.firstValues()
	fresh := first.with(field{k.at(), k.first})
	if !k.begins {
		return object{{"Type", "Pass"}, {"Assign", fresh}, {"Output", object{}}, {"Next", k.first}}
	}
	input, assign := k.given(), first
	for _, f := range first {
		input = append(input, policy.Quote(f.key)+": "+literal(f.value))
		if k.changes(f.key) {
			assign = assign.set(f.key, expr(childOutput+"."+f.key))
		}
	}
	next := k.guess
	if next == "" {
		next = k.outcome()
	}
	return k.run(policy.Quote(k.first), "{}", input, assign, next,
		object{{"Assign", fresh}, {"Output", object{}}, {"Next", k.first}})
}

// later is the state that runs every stretch but the first one.
func (k *cut) later() object {
	input, assign := k.given(), object{}
	for _, f := range k.firstValues() {
		input = append(input, policy.Quote(f.key)+": $"+f.key)
		if k.changes(f.key) {
			assign = assign.with(field{f.key, expr(childOutput + "." + f.key)})
		}
	}
	return k.run("$"+k.at(), "$states.input", input, assign, k.outcome(),
		object{{"Output", expr("$states.input")}, {"Next", k.outcome()}})
}

// run starts the child and takes over where the order is by then. An execution
// that failed or ran out of time is an answer like any other, without an output:
// then the expressions fail, which leads, like all else that goes wrong here, to
// the machine's own state for what the stretch should have begun with.
func (k *cut) run(at, in string, values []string, assign object, next string, failed object) object {
	input := append([]string{`"at": ` + at, `"input": ` + in}, values...)
	return object{
		{"Type", "Task"},
		{"Resource", startSync},
		{"Arguments", object{{"StateMachineArn", "${" + k.placeholder() + "}"}, {"Input", expr("$string({" + strings.Join(input, ", ") + "})")}}},
		{"TimeoutSeconds", 300},
		{"Retry", []object{retries(flow.Retry{Attempts: quickRetries, Interval: flow.DefaultRetry().Interval, Rate: 2, MaxDelay: flow.DefaultRetry().MaxDelay},
			[]string{"Sfn.ThrottlingException", "Sfn.SfnException", "Sfn.SdkClientException"})}},
		{"Catch", []object{catching(dataLimit, failed), catching(everyError, failed)}},
		{"Assign", object{{k.at(), expr(childOutput + ".at")}}.with(assign...)},
		{"Output", expr(childOutput + ".input")},
		{"Next", next},
	}
}

// dataLimit is the only failure that is not among all: what the child ended with
// is more than a state hands on.
const dataLimit = "States.DataLimitExceeded"

func catching(code string, then object) object {
	return append(object{{"ErrorEquals", []string{code}}}, then...)
}

// choose leads to where the order is after a stretch.
func (k *cut) choose() object {
	var rules []object
	for _, name := range k.names {
		if k.leads(name) {
			rules = append(rules, object{{"Condition", expr("$" + k.at() + " = " + policy.Quote(name))}, {"Next", name}})
		}
	}
	return object{{"Type", "Choice"}, {"Choices", rules}}
}

// leads reports whether the machine may have to go on in a state after a stretch.
func (k *cut) leads(name string) bool {
	if k.guess != "" && name == k.otherwise(k.guess) {
		return true
	}
	return k.inside[name] && (!k.quick[name] || k.handsBack(name) || slices.Contains(k.starts, name))
}

// firstValues are the scope's variables with their first values. Those that
// standard sets only later have none: an expression cannot hand on what is not
// there at all.
func (k *cut) firstValues() object {
	all := k.b.start.get("Assign").(object)
	more := map[string]bool{}
	for _, name := range k.names {
		assigned(k.states[name], more)
	}
	for _, f := range all {
		delete(more, f.key)
	}
	for _, name := range slices.Sorted(maps.Keys(more)) {
		all = all.with(field{name, nil})
	}
	return all
}

// changes reports whether a stretch can set a variable.
func (k *cut) changes(variable string) bool {
	if k.changed == nil {
		k.changed = map[string]bool{}
		for name := range k.inside {
			if k.quick[name] {
				assigned(k.states[name], k.changed)
			}
		}
	}
	return k.changed[variable]
}

// given is what a child gets beside its scope's own variables.
func (k *cut) given() []string {
	if k.b.sc.each == nil {
		return nil
	}
	return []string{`"order": $order`, `"run": $run`, `"round": $round`}
}

// literal is a value of an Assign as part of an expression.
func literal(value any) string {
	if text, ok := value.(string); ok {
		return "(" + unmarked(text) + ")"
	}
	text, _ := json.Marshal(value) // numbers, booleans, nothing
	return string(text)
}

// unmarked is an expression without its marks.
func unmarked(text string) string {
	return strings.TrimSuffix(strings.TrimPrefix(text, "{% "), " %}")
}
