package compile

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// Bound is a compiled binding.
type Bound struct {
	Doc       flow.Binding
	Machine   []byte   // nil of a binding that runs a flow
	Functions []string // ids of the functions that the machine invokes, sorted
}

// Bindings compiles bindings by their ids. They are compiled together, because one
// that runs a flow may lead to another. The flows are those that bindings can run,
// as compiled machines by id. Problems are listed by binding; with any, nothing is
// to be used.
func Bindings(documents map[string][]byte, catalog *flow.Catalog, policies []policy.Policy, flows map[string][]byte) (map[string]Bound, map[string]flow.Problems) {
	set := bindings{catalog: catalog, policies: policies, flows: flows, compilers: map[string]*compiler{}, docs: map[string]flow.Binding{}}
	for _, id := range slices.Sorted(maps.Keys(documents)) {
		set.read(id, documents[id])
	}
	set.checkLoops()
	all, problems := map[string]Bound{}, map[string]flow.Problems{}
	for id, c := range set.compilers {
		b := Bound{Doc: set.docs[id]}
		if b.Doc.Action != "" && len(c.report.Problems()) == 0 {
			c.writeBinding(b.Doc)
			b.Machine, b.Functions = c.result.Machine, slices.Sorted(maps.Keys(c.functions))
		}
		if found := c.report.Problems(); len(found) > 0 {
			problems[id] = found
		}
		all[id] = b
	}
	return all, problems
}

type bindings struct {
	catalog   *flow.Catalog
	policies  []policy.Policy
	flows     map[string][]byte
	compilers map[string]*compiler // what collects the problems of each
	docs      map[string]flow.Binding
}

// read reads one binding and checks what it names.
func (set *bindings) read(id string, document []byte) {
	doc, report := flow.OpenBinding(document)
	c := &compiler{report: report, catalog: set.catalog, policies: map[string]policy.Policy{}, functions: map[string]bool{}}
	for _, p := range set.policies {
		c.policies[p.Ref()] = p
	}
	set.compilers[id], set.docs[id] = c, doc
	if !report.Readable() {
		return
	}
	if doc.ID != "" && doc.ID != id {
		report.Add(WrongID, "", "/id", "the binding %q stands in the file %s.json | Give both the same name", doc.ID, id)
	}
	c.checkBoundEvent(doc.Event)
	for i, ref := range doc.Filter {
		c.checkPolicy("", "/filter/"+strconv.Itoa(i), ref, policy.Filter, event.Order)
	}
	if doc.Action != "" {
		c.checkAction(&flow.Step{Type: flow.ProviderAction, Action: doc.Action}, event.Order)
	}
	if doc.Flow != "" && set.flows[doc.Flow] == nil {
		report.Add(UnknownFlow, "", "/flow", "there is no flow %q that the repository owns", doc.Flow)
	}
}

// checkBoundEvent reports an event that nothing can be bound to.
func (c *compiler) checkBoundEvent(name string) {
	d, ok := event.Lookup(name)
	if i := slices.IndexFunc(c.catalog.Events, func(e event.Definition) bool { return e.Name == name }); i >= 0 {
		d, ok = c.catalog.Events[i], true
	}
	switch {
	case name == "": // reported by the reader
	case !ok:
		c.report.Add(UnknownEvent, "", "/event", "there is no event %q | See orderloom events list, or declare it in statemachines/events", name)
	case d.Entity != event.Order && d.Entity != event.Line && d.Entity != event.FulfillmentOrder:
		c.report.Add(EventWithoutOrder, "", "/event", "%s happens to a %s, not to an order | Bind to an event of an order, a line or a fulfillment order", name, d.Entity)
	}
}

// checkLoops reports the bindings whose flow raises an event that leads, perhaps
// by way of others, to the same binding again. What an action's binding does leads
// to nothing.
func (set *bindings) checkLoops() {
	next := map[string][]string{}
	for id, doc := range set.docs {
		if doc.Flow == "" {
			continue
		}
		raised, err := Raised(set.flows[doc.Flow], set.catalog)
		if err != nil {
			continue // no such flow, which is reported
		}
		for other, d := range set.docs {
			if len(raised[d.Event]) > 0 {
				next[id] = append(next[id], other)
			}
		}
		slices.Sort(next[id])
	}
	for id := range next {
		if path := back(next, id, id); path != nil {
			set.compilers[id].report.Add(BindingLoop, "", "/flow", "the flow %q raises what leads to this binding again: %s | Bind to another event, or let the flow not raise it", set.docs[id].Flow, strings.Join(path, " → "))
		}
	}
}

// back finds a shortest way from a binding to a goal, nil when there is none.
func back(next map[string][]string, from, goal string) []string {
	seen := map[string]bool{}
	for ways := [][]string{{from}}; len(ways) > 0; ways = ways[1:] {
		way := ways[0]
		for _, to := range next[way[len(way)-1]] {
			if to == goal {
				return append(way, goal)
			}
			if !seen[to] {
				seen[to] = true
				ways = append(ways, append(slices.Clone(way), to))
			}
		}
	}
	return nil
}

// writeBinding writes the machine of a binding that calls an action: the call,
// repeated and put on the exception list as a step's is, and nothing else. It does
// not care whether the order was canceled: what is bound to the event of that
// happens then.
func (c *compiler) writeBinding(doc flow.Binding) {
	const call, failed, answered, done = "Call", "Call – Exception", "Call – Answer", "Done"
	step := flow.BindingStep(doc.ID)
	input := object{
		{"order", expr("$order")}, {"run", expr("$run")}, {"step", step}, {"key", expr(`$run & "#` + step + `#" & $round`)},
		{"fulfillmentOrder", expr("$fulfillmentOrder")},
	}
	payload := input.with(field{"instance", doc.Instance}, field{"event", expr("$event")})
	if doc.Parameters != nil {
		payload = payload.with(field{"parameters", parameters(doc.Parameters)})
	}
	raise := input.with(
		field{"error", expr("$states.input.Error")},
		field{"cause", expr(`$exists($states.input.Cause) ? $states.input.Cause : ""`)},
		field{"answers", []flow.Answer{flow.Reprocess, flow.Skip}}, field{"token", expr(taskToken)})
	s := &flow.Step{Retry: doc.Retry, Timeout: doc.Timeout}
	c.result.Machine = c.encoded(object{
		{"Comment", "Compiled from binding " + strconv.Quote(doc.ID) + ". Do not edit: change the document."},
		{"QueryLanguage", "JSONata"},
		{"StartAt", flow.StartState},
		{"States", object{
			{flow.StartState, object{{"Type", "Pass"}, {"Assign", object{
				{"order", expr("$states.input.order")}, {"run", expr("$states.input.run")}, {"fulfillmentOrder", expr("$states.input.fulfillmentOrder")},
				{"event", expr("$states.input.event")}, {"round", 0},
			}}, {"Output", object{}}, {"Next", call}}},
			{call, c.state(own(s, task{function: doc.Action, payload: payload, catch: []catcher{{code: everyError, next: failed}}, next: done}))},
			{failed, c.state(task{function: raiseException, wait: exceptionWait, payload: raise, retry: patient(),
				assign: object{plusOne("round"), {"skip", expr(`$states.result.answer = "` + string(flow.Skip) + `"`)}}, next: answered})},
			{answered, object{{"Type", "Choice"}, {"Choices", []object{{{"Condition", expr("$skip")}, {"Next", done}}}}, {"Default", call}}},
			{done, object{{"Type", "Succeed"}, {"Output", object{}}}},
		}},
	})
}
