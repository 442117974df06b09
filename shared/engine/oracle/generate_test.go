package oracle

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

type object = map[string]any

// generator makes random machines. It keeps to what moto gets right (see
// testdata/deviations.txt): what it makes must behave the same on both sides.
// Data is an object with a number a, a text b and a list of numbers l; some
// states spoil it, so that later expressions fail.
type generator struct {
	t                 *rapid.T
	dialect           dialect
	states, variables int
}

// dialect makes the parts that differ between the query languages. Each method
// fills in a state. safe means that nothing may fail.
type dialect interface {
	pass(g *generator, safe bool) object
	task(g *generator, function string, payload object) object
	catch(g *generator, c object)
	choice(g *generator) object
	items(g *generator, m object)
}

func (g *generator) pick(what string, from ...string) string {
	return rapid.SampledFrom(from).Draw(g.t, what)
}

func (g *generator) chance(what string, percent int) bool {
	return rapid.IntRange(1, 100).Draw(g.t, what) <= percent
}

// whole is a machine that first sets the variable top.
func (g *generator) whole() object {
	m := g.machine(2, false)
	start := object{"Type": "Pass", "Next": m["StartAt"], "Assign": object{"top": object{"x": 1}}}
	m["States"].(object)["Start"], m["StartAt"] = start, "Start"
	return m
}

// variable is a name that no other state sets.
func (g *generator) variable() string {
	g.variables++
	return fmt.Sprint("v", g.variables)
}

// machine is a chain of states in which a Choice may leave some out.
func (g *generator) machine(depth int, safe bool) object {
	n := rapid.IntRange(1, 4).Draw(g.t, "states")
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint("S", g.states)
		g.states++
	}
	all := object{}
	for i, name := range names {
		all[name] = g.state(names[i+1:], depth, safe)
	}
	return object{"StartAt": names[0], "States": all}
}

// state makes a state that leads to one of those after it.
func (g *generator) state(after []string, depth int, safe bool) object {
	kinds := []string{"Pass", "Pass", "Task", "Wait", "Choice"}
	if depth > 0 {
		kinds = append(kinds, "Parallel", "Map")
	}
	if !safe {
		kinds = append(kinds, "Catch")
	}
	if len(after) == 0 {
		kinds = append(kinds, "Succeed")
		if !safe {
			kinds = append(kinds, "Fail")
		}
	}
	kind := g.pick("kind", kinds...)
	if kind == "Choice" && len(after) < 2 {
		kind = "Pass"
	}
	var s object
	switch kind {
	case "Pass":
		s = g.dialect.pass(g, safe)
	case "Task":
		s = g.dialect.task(g, "echo", object{"a": 1, "b": g.pick("payload", "x", "{}", ""), "l": []any{3, 4}})
	case "Catch":
		s = g.catching(after)
	case "Wait":
		s = object{"Type": "Wait", "Seconds": 0}
	case "Choice":
		s = g.dialect.choice(g)
		s["Choices"].([]any)[0].(object)["Next"] = g.pick("next", after...)
		s["Default"] = after[0]
		return s
	case "Parallel":
		s = g.parallel(depth-1, safe)
	case "Map":
		s = object{"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": g.machine(depth-1, true)}
		g.dialect.items(g, s)
	case "Fail":
		return object{"Type": "Fail", "Error": g.pick("error", "One", "Two"), "Cause": "because"}
	case "Succeed":
		return object{"Type": "Succeed"}
	}
	if len(after) == 0 {
		s["End"] = true
	} else {
		s["Next"] = after[0]
	}
	return s
}

// parallel has several branches that cannot fail or one that can: in which
// order branches end each other is an accident.
func (g *generator) parallel(depth int, safe bool) object {
	branches := []any{g.machine(depth, true), g.machine(depth, true)}
	s := object{"Type": "Parallel"}
	if !safe && g.chance("one branch that fails", 30) {
		name := fmt.Sprint("S", g.states)
		g.states++
		branches = []any{object{"StartAt": name, "States": object{name: object{"Type": "Fail", "Error": "One"}}}}
	}
	s["Branches"] = branches
	return s
}

// catching is a task that fails.
func (g *generator) catching(after []string) object {
	s := g.dialect.task(g, "fail", object{"error": g.pick("error", "One", "Two")})
	if len(after) > 0 {
		c := object{"ErrorEquals": []string{g.pick("caught", "One", "Two", "States.ALL", "States.TaskFailed", "States.Timeout")}, "Next": g.pick("next", after...)}
		g.dialect.catch(g, c)
		s["Catch"] = []any{c}
	}
	return s
}

// input makes data.
func (g *generator) input() string {
	list := rapid.SliceOfN(rapid.IntRange(-3, 9), 0, 3).Draw(g.t, "l")
	text, _ := json.Marshal(object{"a": rapid.IntRange(-5, 5).Draw(g.t, "a"), "b": g.pick("b", "x", "", `"q"\`, "ü"), "l": list})
	return string(text)
}

func checkRandom(t *testing.T, language string, d dialect) {
	t.Parallel()
	ends := newEndpoints(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		g := &generator{t: t, dialect: d}
		m := g.whole()
		m["QueryLanguage"] = language
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		n++
		c := machineCase{name: fmt.Sprint("random-", language, "-", n), definition: string(text), inputs: []string{g.input()}}
		ours, motos := ends.ours.runAll(t, c)[0], ends.moto.runAll(t, c)[0]
		if aspects := differ(ours, motos); aspects != nil {
			t.Log(c.definition)
			report(t, c.inputs[0], aspects, ours, motos)
		}
	})
}

func TestRandomJSONata(t *testing.T) { checkRandom(t, "JSONata", jsonataDialect{}) }

func TestRandomJSONPath(t *testing.T) { checkRandom(t, "JSONPath", jsonpathDialect{}) }
