package compile

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// A Choice cannot catch, so what it tests are booleans that the Task before it
// has computed, all that the decisions on the way can ask for.

// factsVar is the variable of expressions that holds the facts.
const factsVar = "f"

// test is one boolean that a decision needs.
type test struct {
	variable string
	expr     string // over $f
}

// testName is the variable of what a step was told or asks for.
func testName(s *flow.Step) string {
	if s.Type == flow.WaitStep {
		return "until_" + identifier(s.ID)
	}
	return "if_" + identifier(s.ID)
}

// testsOf lists the booleans of a decision, in the order in which it asks, or
// the time of a wait.
func testsOf(s *flow.Step, policies map[string]policy.Policy) []test {
	name := testName(s)
	if s.Type == flow.WaitStep {
		return []test{{name, untilExpr(s.Until)}}
	}
	if s.Type == flow.ConditionStep {
		if s.When == nil {
			return nil
		}
		return []test{{name, s.When.JSONata(factsVar)}}
	}
	all := make([]test, len(s.Branches))
	for i, b := range s.Branches {
		terms := make([]string, len(b.Filter))
		for j, ref := range b.Filter {
			terms[j], _ = policy.JSONata(policies[ref], factsVar)
		}
		all[i] = test{name + "__" + strconv.Itoa(i+1), strings.Join(terms, " and ")}
	}
	return all
}

// factsOf lists the facts that a decision or a wait needs, sorted.
func factsOf(s *flow.Step, policies map[string]policy.Policy) []string {
	need := map[string]bool{}
	if s.When != nil {
		for _, f := range s.When.Facts() {
			need[f] = true
		}
	}
	if s.Until.Field != "" {
		need[s.Until.Field] = true
	}
	for _, b := range s.Branches {
		for _, ref := range b.Filter {
			_, facts := policy.JSONata(policies[ref], factsVar)
			for _, f := range facts {
				need[f] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(need))
}

// identifier makes a step's id part of the name of a variable; ids have no
// underscores, so two ids never become one.
func identifier(id string) string { return strings.ReplaceAll(id, "-", "_") }

// source is what a state that computes booleans has at hand.
type source struct {
	records bool              // its function returns the wanted facts
	known   map[string]string // fact → expression
}

// decisions lists a decision, and those that follow it without a Task between.
// A wait for a date is one, too; what follows it looks at a later order.
func (sc *scope) decisions(id string) []*flow.Step {
	var all []*flow.Step
	seen := map[string]bool{}
	var visit func(string)
	visit = func(id string) {
		s := sc.byID[id]
		if seen[id] || !isPrepared(s) {
			return
		}
		seen[id] = true
		all = append(all, s)
		for _, e := range sc.edges[id] {
			if forward(e) && isDecision(s) {
				visit(e.To)
			}
		}
	}
	visit(id)
	return all
}

// facts writes the object of facts and lists those to ask the function for; ok
// is false when the source cannot give them.
func (src source) facts(need []string) (expr string, want []string, ok bool) {
	var members []string
	for _, f := range need {
		if known, here := src.known[f]; here {
			members = append(members, policy.Quote(f)+": "+known)
		} else {
			want = append(want, f)
		}
	}
	given := "{" + strings.Join(members, ", ") + "}"
	switch {
	case len(want) == 0:
		return given, nil, true
	case !src.records:
		return "", nil, false
	case len(members) == 0:
		return "$states.result.Payload.facts", want, true
	}
	return "$merge([$states.result.Payload.facts, " + given + "])", want, true
}

func (b *builder) needed(decisions []*flow.Step) []string {
	need := map[string]bool{}
	for _, d := range decisions {
		for _, f := range factsOf(d, b.c.policies) {
			need[f] = true
		}
	}
	return slices.Sorted(maps.Keys(need))
}

// fetch returns the state that fetches the facts of a decision from the order
// as it stands, and computes the decision's booleans.
func (b *builder) fetch(s *flow.Step) string {
	name := also(s, "Facts")
	if b.written[name] {
		return name
	}
	b.written[name], b.c.fetched[s.ID] = true, true
	w := b.to(s.ID, b.asking())
	b.extra[s.ID] = append(b.extra[s.ID], field{name, b.c.state(task{
		name: name, function: applyEvent, payload: b.input(s, w.want), retry: flow.DefaultRetry(),
		catch: b.caught(s), assign: w.assign, next: w.next,
	})})
	return name
}
