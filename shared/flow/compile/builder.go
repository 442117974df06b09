package compile

import (
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// builder writes the states of one scope.
type builder struct {
	c        *compiler
	sc       *scope
	outer    *builder // nil for the document's own drawing
	passed   map[string]passed
	start    object
	main     map[string]object // states by step
	extra    map[string]object // those for failures and facts, written after the others of their step
	written  map[string]bool   // names of the extra states
	seldom   map[string]bool   // states that an order comes to when something is wrong
	canceled bool              // the cancellation path is used
}

func (c *compiler) build(sc *scope, outer *builder) *builder {
	b := &builder{c: c, sc: sc, outer: outer, passed: c.pathsTo(sc), main: map[string]object{}, extra: map[string]object{}, written: map[string]bool{}, seldom: map[string]bool{}}
	b.begin()
	for i := range sc.Steps {
		b.step(&sc.Steps[i])
	}
	return b
}

// states lists all states in the order of the document.
func (b *builder) states() object {
	all := object{{b.startState(), b.start}}
	for i := range b.sc.Steps {
		id := b.sc.Steps[i].ID
		all = append(append(all, b.main[id]...), b.extra[id]...)
	}
	if b.canceled {
		all = append(all, b.cancellation()...)
	}
	return all
}

func (b *builder) add(s *flow.Step, name string, state object) {
	b.main[s.ID] = append(b.main[s.ID], field{name, state})
}

// also names a state of a step beside the one that has the step's name.
func also(s *flow.Step, what string) string { return s.Name + flow.StateSeparator + what }

// eachState begins an iteration.
const eachState = "Each"

func (b *builder) startState() string {
	if b.sc.each != nil {
		return also(b.sc.each, eachState)
	}
	if b.sc.split != nil {
		return also(b.sc.split, "Branch "+itoa(b.sc.part))
	}
	return flow.StartState
}

// roundVar counts what begins again: reprocessed steps and edges that go back.
func (b *builder) roundVar() string {
	if b.sc.each != nil {
		return "itemRound"
	}
	if b.sc.split != nil {
		return "branchRound"
	}
	return "round"
}

// resultVar holds what an action returned until its event is applied.
func (b *builder) resultVar() string {
	if b.sc.each != nil {
		return "itemResult"
	}
	return "result"
}

// begin writes the first state: it gives the scope's variables their first values.
func (b *builder) begin() {
	assign := object{{"order", expr("$states.input.order")}, {"run", expr("$states.input.run")}}
	if b.sc.split != nil {
		assign = nil // a branch sees the variables around it
	}
	var at source
	switch b.sc.item() {
	case flow.LineItems:
		assign = object{{"line", expr("$states.input")}}
		at.known = map[string]string{"line.id": "$states.input"}
	case flow.FulfillmentOrderItems:
		assign = object{{"fulfillmentOrder", expr("$states.input.id")}, {"location", expr("$states.input.location")}, {"shipment", 0}, {"complete", false}}
		at.known = map[string]string{"fulfillmentOrder.id": "$states.input.id", "fulfillmentOrder.location": "$states.input.location"}
	}
	assign = assign.with(field{b.roundVar(), 0})
	for i := range b.sc.Steps {
		s := &b.sc.Steps[i]
		assign = append(assign, b.counters(s)...)
		if s.Type == flow.WaitForEvent {
			assign = append(assign, field{seen(s), 0})
		}
	}
	w := b.to(b.sc.Start, at)
	b.start = object{{"Type", "Pass"}, {"Assign", append(assign, w.assign...)}, {"Output", object{}}, {"Next", w.next}}
}

// counters lists the counters of a step at zero: of its edges that go back and
// of its waits for stock.
func (b *builder) counters(s *flow.Step) object {
	var all object
	for _, e := range b.sc.edges[s.ID] {
		if e.Again > 0 {
			all = append(all, field{counter(e), 0})
		}
	}
	if s.Type == flow.Reserve {
		all = append(all, field{waits(s), 0})
	}
	return all
}

// counterPrefix begins the variables that count how often an edge goes back.
const counterPrefix = "again_"

func counter(e edge) string {
	name := counterPrefix + identifier(e.from.ID)
	if e.name != "" {
		name += "__" + e.name
	}
	return name
}

func waits(s *flow.Step) string { return "waits_" + identifier(s.ID) }

func plusOne(variable string) field { return field{variable, expr("$" + variable + " + 1")} }

// key is a step's idempotency key: run, step, round and fulfillment order or line. The
// round of an iteration, or of a branch, follows that of the step around it.
func (b *builder) key(s *flow.Step) string {
	if b.sc.split != nil {
		return `$run & "#` + s.ID + `#" & $round & "." & $branchRound`
	}
	if item := b.sc.item(); item != "" {
		return `$run & "#` + s.ID + `#" & $round & "." & $itemRound & "#" & $` + item
	}
	return `$run & "#` + s.ID + `#" & $round`
}

// input is what every function that a step calls gets.
func (b *builder) input(s *flow.Step, want []string) object {
	in := object{{"order", expr("$order")}, {"run", expr("$run")}, {"step", s.ID}, {"key", expr(b.key(s))}}
	if item := b.sc.item(); item != "" {
		in = in.with(field{item, expr("$" + item)})
	}
	if len(want) > 0 {
		in = in.with(field{"want", want})
	}
	return in
}

// atHand is what a state can compute with that asks no function for facts.
func (b *builder) atHand() source {
	switch b.sc.item() {
	case "":
		return source{}
	case flow.LineItems:
		return source{known: map[string]string{"line.id": "$line"}}
	}
	return source{known: map[string]string{
		"fulfillmentOrder.id": "$fulfillmentOrder", "fulfillmentOrder.location": "$location",
		policy.ShipmentNumber: "$shipment", policy.ShipmentComplete: "$complete",
	}}
}

// asking is what a state can compute with whose function returns facts.
func (b *builder) asking() source {
	src := b.atHand()
	src.records = true
	return src
}

// way is how a state goes on: the next state, what it needs to have computed,
// and the facts to ask for.
type way struct {
	next   string
	assign object
	want   []string
}

// to leads to a step. Before a decision the booleans it asks for are computed;
// when the facts for them are not at hand, a state that fetches them comes
// between.
func (b *builder) to(id string, src source) way {
	s := b.sc.byID[id]
	if !isPrepared(s) {
		return way{next: first(s)}
	}
	decisions := b.sc.decisions(id)
	given, want, ok := src.facts(b.needed(decisions))
	if !ok {
		return way{next: b.fetch(s)}
	}
	w := way{next: s.Name, want: want}
	for _, d := range decisions {
		for _, t := range testsOf(d, b.c.policies) {
			w.assign = append(w.assign, field{t.variable, expr("($" + factsVar + " := " + given + "; " + t.expr + ")")})
		}
	}
	return w
}

// onward leads to a step's next when it has done what it is for.
func (b *builder) onward(s *flow.Step, src source) way {
	w := b.leads(s, src)
	w.assign = append(b.outcome(s, true), w.assign...)
	return w
}

// leads leads to a step's next, whatever became of it.
func (b *builder) leads(s *flow.Step, src source) way {
	if s.Next.Again > 0 {
		return way{next: also(s, "Again")}
	}
	return b.to(s.Next.To, src)
}

// first is the name of the state in which a step begins.
func first(s *flow.Step) string {
	switch {
	case s.Type == flow.SendToFulfillment:
		return also(s, "Release")
	case s.Each == flow.LineItems:
		return also(s, "Lines")
	}
	return s.Name
}
