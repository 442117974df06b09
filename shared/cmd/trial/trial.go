// Package trial runs a draft of a flow against orders and tells what it would
// do: the path of each order, what was decided and why, what it costs, and how
// that differs from what happened to the order.
//
// A trial is an Orderloom in memory: the same compiler, functions, policies and
// engine, a table that is forgotten, and virtual time. What lies outside is made
// up: functions of providers answer without being called (or what Answers say),
// there is stock of everything, a location ships what it is sent, and nobody
// answers what asks for a person. Nothing is read from or written to a running
// Orderloom, no secret is resolved and no request is sent.
//
// Not repeated is what came to an order from outside while it was under way:
// changes by its channel, corrections and answers by people.
package trial

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/tidwall/sjson"

	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/compile/cost"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/statemachines"
)

// Options of a trial. Flow is required.
type Options struct {
	Flow     []byte            // the draft
	Policies []json.RawMessage // that it uses beside those of the repository
	Profile  string            // "" means the draft's own
	Orders   []Recorded
	Answers  Answers
}

// draft is what all orders run through.
type draft struct {
	compile.Result
	entry    []policy.Policy
	policies map[string]policy.Policy
	given    []json.RawMessage
	steps    map[string]*flow.Step // by id
	byName   map[string]*flow.Step // by the name that its states have
	decides  bool                  // it has a splitter or condition
	timely   bool                  // it looks at the time, see looksAtTime
	answers  Answers
	prices   cost.Table
}

// Run tries the draft. A draft that does not compile is a fault with code
// Flow.Invalid whose data are all of its problems.
func Run(ctx context.Context, o Options) (Report, error) {
	d, err := newDraft(o)
	if err != nil {
		return Report{}, err
	}
	all := make([]*run, len(o.Orders))
	for i := range o.Orders {
		all[i] = &run{draft: d, recorded: &o.Orders[i], place: i + 1, id: o.Orders[i].id(i + 1)}
	}
	byTime := slices.Clone(all)
	slices.SortStableFunc(byTime, func(a, b *run) int { return a.recorded.receivedAt().Compare(b.recorded.receivedAt()) })
	if err := d.inParts(ctx, byTime); err != nil {
		return Report{}, err
	}
	return d.report(all), nil
}

// timeWords stand in every document that looks at the time: an operator on dates,
// "now", or a wait for a date.
var timeWords = []string{"now", "dateBefore", "dateAfter", "within", "until"}

// looksAtTime reports whether it may make a difference when an order arrives. If
// not, all arrive at once, which takes far fewer steps of time.
func (d *draft) looksAtTime(document []byte) bool {
	texts := []string{string(document)}
	for _, ref := range d.Doc.PolicyRefs() {
		text, err := json.Marshal(d.policies[ref])
		if err != nil {
			return true
		}
		texts = append(texts, string(text))
	}
	return slices.ContainsFunc(timeWords, func(word string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, word) })
	})
}

func newDraft(o Options) (*draft, error) {
	d := &draft{policies: map[string]policy.Policy{}, given: o.Policies, steps: map[string]*flow.Step{}, byName: map[string]*flow.Step{}, answers: o.Answers}
	if err := d.gather(); err != nil {
		return nil, err
	}
	catalog, err := flow.LoadCatalog()
	if err != nil {
		return nil, err
	}
	document := o.Flow
	if o.Profile != "" {
		if document, err = sjson.SetBytes(o.Flow, "profile", o.Profile); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "the flow is not a JSON object").On("", "profile")
		}
	}
	var problems flow.Problems
	if d.Result, problems = compile.Compile(document, catalog, d.all()); len(problems) > 0 {
		return nil, fault.New(flows.Invalid, "the draft does not compile; problems: %d", len(problems)).With(problems)
	}
	if d.Doc.Entity != nil {
		return nil, fault.New(fault.Invalid, "only flows of orders can be simulated").On(d.Doc.ID, "type").Got(d.Doc.Type)
	}
	d.timely = d.looksAtTime(document)
	for _, ref := range d.Doc.Entry.Filter {
		d.entry = append(d.entry, d.policies[ref])
	}
	d.index(d.Doc.Scope)
	if err := d.answers.fit(d.steps); err != nil {
		return nil, err
	}
	d.prices, err = cost.Prices()
	return d, err
}

// gather reads the policies that the draft may use.
func (d *draft) gather() error {
	published, err := statemachines.Policies()
	if err != nil {
		return err
	}
	for _, p := range published {
		d.policies[p.Ref()] = p
	}
	entities, err := statemachines.Entities()
	if err != nil {
		return err
	}
	for i, doc := range d.given {
		p, problems := policy.Parse(doc, entity.Customs(entities)...)
		if len(problems) > 0 {
			return fault.New(flows.Invalid, "policy %d of those that are given does not read: %v", i+1, problems).On(p.ID, "").With(problems)
		}
		d.policies[p.Ref()] = p
	}
	return nil
}

func (d *draft) all() []policy.Policy {
	var all []policy.Policy
	for _, p := range d.policies {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b policy.Policy) int { return cmp.Compare(a.Ref(), b.Ref()) })
	return all
}

func (d *draft) index(sc flow.Scope) {
	for i := range sc.Steps {
		s := &sc.Steps[i]
		d.steps[s.ID], d.byName[s.Name] = s, s
		d.decides = d.decides || s.Type == flow.Splitter || s.Type == flow.ConditionStep
		d.index(s.Inner)
	}
}
