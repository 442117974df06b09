package compile

import "github.com/orderloom/orderloom/shared/flow"

// exit is a way out of a Choice.
type exit struct {
	test string // variable of a boolean; "" for what no other exit takes
	edge edge
}

// decide writes a splitter or condition.
func (b *builder) decide(s *flow.Step) {
	tests := testsOf(s, b.c.policies)
	edges := b.sc.edges[s.ID]
	if s.Outcome.Step != "" {
		b.add(s, s.Name, b.choice(s, b.byOutcome(s, edges)))
		return
	}
	exits := make([]exit, len(edges))
	for i, e := range edges {
		exits[i].edge = e
		if i < len(tests) {
			exits[i].test = tests[i].variable
		}
	}
	b.add(s, s.Name, b.choice(s, exits))
}

// choice writes a Choice. An edge that goes back is taken while its counter
// allows; then, or when no exit is left, the order goes to the exception list.
func (b *builder) choice(s *flow.Step, exits []exit) object {
	var rules []object
	for _, x := range exits {
		if x.edge.Again > 0 {
			condition := "$" + counter(x.edge) + " < " + itoa(int(x.edge.Again))
			if x.test != "" {
				condition = "$" + x.test + " and " + condition
			}
			rules = append(rules, object{{"Condition", expr(condition)}, {"Assign", object{plusOne(counter(x.edge)), plusOne(b.roundVar())}}, {"Next", b.back(x.edge.To)}})
		}
		if x.test == "" {
			return b.otherwise(s, rules, x.edge)
		}
		rule := object{{"Condition", expr("$" + x.test)}}
		if x.edge.Again > 0 {
			rule = append(rule, field{"Output", exhausted(s, x.edge)}, field{"Next", b.exception(s, "Exception", b.again(s))})
		} else {
			rule = append(rule, field{"Next", b.ahead(s, x.edge.To)})
		}
		rules = append(rules, rule)
	}
	none := raised(NoBranch, "Correct the order or change the flow, then reprocess", "%s: no branch takes the order", s.Name)
	return object{{"Type", "Choice"}, {"Choices", rules}, {"Output", none}, {"Default", b.exception(s, "Exception", b.again(s))}}
}

func (b *builder) otherwise(s *flow.Step, rules []object, e edge) object {
	if e.Again > 0 {
		return object{{"Type", "Choice"}, {"Choices", rules}, {"Output", exhausted(s, e)}, {"Default", b.exception(s, "Exception", b.again(s))}}
	}
	return object{{"Type", "Choice"}, {"Choices", rules}, {"Default", b.ahead(s, e.To)}}
}

func exhausted(s *flow.Step, e edge) object {
	return raised(TooManyRounds, "Find out why it comes back, then reprocess to begin counting again", "%s: the flow went back to %q %d times, as often as it may", s.Name, e.To, e.Again)
}

// ahead is the state of a step after a decision, with which its booleans were
// computed; the answer to an approval comes without any.
func (b *builder) ahead(from *flow.Step, id string) string {
	if s := b.sc.byID[id]; isPrepared(s) && isDecision(from) {
		return s.Name
	}
	return b.back(id)
}

// back is the state of a step on an edge that goes back: what was computed for
// a decision there is out of date.
func (b *builder) back(id string) string {
	s := b.sc.byID[id]
	if isPrepared(s) && b.computes(s) {
		return b.fetch(s)
	}
	return first(s)
}
