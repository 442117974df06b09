package compile

import (
	"bytes"
	"hash/fnv"
	"strconv"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// Child is an Express machine that runs the stretches of one drawing of a flow.
type Child struct {
	Name        string // without the stack; no flow's machine has such a name
	Placeholder string // in the machine, for the ARN of the child's version
	Machine     []byte // ASL, like the machine's
}

// States that a child has beside those of the drawing.
const (
	beginState = "Begin"
	backState  = "Handed back"
)

func (k *cut) placeholder() string {
	if k.b.sc.each == nil {
		return "Stretches"
	}
	return "Stretches_" + identifier(k.b.sc.each.ID)
}

// name is the flow's id, which has no two dashes in a row, and the drawing. It
// is short enough for a machine's name with the longest id.
func (k *cut) name() string {
	if k.b.sc.each == nil {
		return k.b.c.doc.ID + "--order"
	}
	id := k.b.sc.each.ID
	if len(id) > 8 {
		sum := fnv.New32a()
		_, _ = sum.Write([]byte(id)) // never fails
		id = id[:3] + "-" + strconv.FormatUint(uint64(sum.Sum32()&0xffff|0x10000), 16)[1:]
	}
	return k.b.c.doc.ID + "--each-" + id
}

// child is the machine that runs the stretches: it begins where it is told.
func (k *cut) child() object {
	start, begin, back := flow.StartState, flow.StartState+flow.StateSeparator+beginState, flow.StartState+flow.StateSeparator+backState
	variables := object{{"at", expr("$states.input.at")}}
	if k.b.sc.each != nil {
		for _, name := range []string{"order", "run", "round"} {
			variables = variables.with(field{name, expr("$states.input." + name)})
		}
	}
	for _, f := range k.firstValues() {
		variables = variables.with(field{f.key, expr("$states.input." + f.key)})
	}
	var rules []object
	for _, name := range k.starts {
		rules = append(rules, object{{"Condition", expr("$at = " + policy.Quote(name))}, {"Next", name}})
	}
	all := object{
		{start, object{{"Type", "Pass"}, {"Assign", variables}, {"Output", expr("$states.input.input")}, {"Next", begin}}},
		{begin, object{{"Type", "Choice"}, {"Choices", rules}}},
	}
	for _, name := range k.names {
		switch {
		case !k.inside[name]:
		case !k.quick[name]:
			all = all.with(field{name, k.ending(name)})
		case k.states[name].get("Type") == "Task":
			all = all.with(field{name, k.short(name, back)})
		default:
			all = all.with(field{name, k.states[name]})
		}
	}
	all = all.with(field{back, k.ending(expr("$at"))})
	return object{
		{"Comment", "The stretches of flow " + strconv.Quote(k.b.c.doc.ID) + ", compiled with it. Do not edit: change the document."},
		{"QueryLanguage", "JSONata"}, {"StartAt", start}, {"TimeoutSeconds", int(childTimeout.Seconds())},
		{"States", reachable(all, start)},
	}
}

// ending says where the order is and ends the child.
func (k *cut) ending(at string) object {
	out := object{{"at", at}, {"input", expr("$states.input")}}
	for _, f := range k.firstValues() {
		if k.changes(f.key) {
			out = out.with(field{f.key, expr("$" + f.key)})
		}
	}
	return object{{"Type", "Succeed"}, {"Output", out}}
}

// short is a step's Task in a stretch: tried again at once, or not at all when
// its time was over, and then handed back to the machine, which has patience.
func (k *cut) short(name, back string) object {
	state := k.states[name]
	if !k.handsBack(name) {
		return state.without("Retry")
	}
	codes := state.list("Retry")[0].get("ErrorEquals").([]string)
	var soon []string
	for _, code := range codes {
		if code != timeoutError && code != sandboxTimeout {
			soon = append(soon, code)
		}
	}
	catch := state.list("Catch")
	handed := object{{"ErrorEquals", codes}, {"Assign", object{{"at", name}}}, {"Output", expr("$states.input")}, {"Next", back}}
	last := len(catch) - 1
	return state.set("Retry", []object{retries(flow.Retry{Attempts: quickRetries, Interval: 1e9, Rate: 2, MaxDelay: 2e9}, soon)}).
		set("Catch", append(append(append([]object{}, catch[:last]...), handed), catch[last]))
}

// reachable leaves out the states that nothing leads to.
func reachable(all object, start string) object {
	seen, queue := map[string]bool{start: true}, []string{start}
	for ; len(queue) > 0; queue = queue[1:] {
		state, _ := all.get(queue[0]).(object)
		for _, l := range links(state) {
			if !seen[l.to] {
				seen[l.to] = true
				queue = append(queue, l.to)
			}
		}
	}
	var kept object
	for _, f := range all {
		if seen[f.key] {
			kept = kept.with(f)
		}
	}
	return kept
}

// Pinned is the machine with the ARNs of the versions of its children, in their
// order, in the place of their placeholders.
func (r Result) Pinned(versions []string) []byte {
	machine := r.Machine
	for i, c := range r.Children {
		machine = bytes.ReplaceAll(machine, []byte(`"${`+c.Placeholder+`}"`), []byte(strconv.Quote(versions[i])))
	}
	return machine
}
