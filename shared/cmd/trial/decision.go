package trial

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
)

// Decision is what a step decided, and why.
type Decision struct {
	Record   string          `json:"record,omitempty"` // the line that it is about, "" for the order
	Taken    string          `json:"taken,omitempty"`  // branch, yes or no, location, an answer
	To       string          `json:"to,omitempty"`     // step that it leads to
	Policies []policy.Result `json:"policies,omitempty"`
	Error    string          `json:"error,omitempty"` // code of an exception
	Cause    string          `json:"cause,omitempty"`
}

// taken notes where a decision led.
func (v *visit) taken(name, what string, to *flow.Step) {
	d := Decision{To: name}
	if to != nil {
		d.To = to.ID
	}
	if what != "" && name == v.Name {
		d.Taken, d.To = strings.ToLower(what), ""
	}
	v.Decisions = append(v.Decisions, d)
}

// explain says why a splitter or condition decided as it did. The machine
// decides by the same rules on the same facts.
func (d *draft) explain(v *visit, seen map[string]view) {
	if v.step == nil || len(v.Decisions) == 0 {
		return
	}
	saw, ok := seen[v.asked]
	if !ok {
		return
	}
	record := shipment{policy.FulfillmentOrderRecord(&saw.Document, &saw.Status, cmp.Or(v.FulfillmentOrder, saw.fulfillmentOrder), saw.at), saw.shipped}
	decision := &v.Decisions[len(v.Decisions)-1]
	if v.step.Type == flow.ConditionStep {
		res := policy.Evaluate(policy.Policy{Title: v.step.Name, Rules: []policy.Rule{{Name: v.step.Name, When: v.step.When}}}, record)
		res.Policy = "" // it is none, only evaluated like one
		decision.Policies = []policy.Result{res}
		decision.choose(map[string]flow.Edge{"yes": v.step.Yes, "no": v.step.No}, map[bool]string{true: "yes", false: "no"}[res.Holds])
		return
	}
	ways := map[string]flow.Edge{"otherwise": v.step.Otherwise}
	for _, b := range v.step.Branches {
		ways[b.Name] = b.To
	}
	var holds string
	decision.Policies, holds = d.branches(v.step, record)
	decision.choose(ways, holds)
}

// choose names the way that was taken: the only one that leads where the
// execution went, or of several the one that holds.
func (d *Decision) choose(ways map[string]flow.Edge, holds string) {
	var led []string
	for name, edge := range ways {
		if edge.To == d.To {
			led = append(led, name)
		}
	}
	switch {
	case d.Taken != "": // an exception
	case len(led) == 1:
		d.Taken = led[0]
	default:
		d.Taken = holds
	}
}

// branches evaluates the branches up to the one that holds.
func (d *draft) branches(s *flow.Step, record policy.Record) (all []policy.Result, name string) {
	for _, b := range s.Branches {
		holds := true
		for _, ref := range b.Filter {
			res := policy.Evaluate(d.policies[ref], record)
			all, holds = append(all, res), holds && res.Holds
		}
		if holds {
			return all, b.Name
		}
	}
	return all, "otherwise"
}

// shipment is a record that knows which shipment was waited for.
type shipment struct {
	policy.Record
	found flow.ShipmentSignal
}

func (s shipment) Field(path string) (any, bool) {
	switch path {
	case policy.ShipmentNumber:
		return int64(s.found.Shipment), s.found.Shipment > 0
	case policy.ShipmentComplete:
		return s.found.Complete, s.found.Shipment > 0
	}
	return s.Record.Field(path)
}

// told reads what the journal keeps of a visit: its events, and the policies
// that they come from. Of lines that hold the journal keeps no rows.
func (v *visit) told(journal map[string][]store.Entry) {
	for _, key := range v.keys {
		for _, entry := range journal[key] {
			for _, e := range entry.Events {
				v.Events = append(v.Events, e.Name)
				v.Decisions = append(v.Decisions, decisions(e)...)
			}
		}
	}
}

// decisions are those that an event tells of.
func decisions(e event.Event) []Decision {
	var p struct {
		Policies    []policy.Result    `json:"policies"`
		Assignments []order.Assignment `json:"assignments"`
		Error       string             `json:"error"`
		Cause       string             `json:"cause"`
		By          string             `json:"by"`
	}
	if json.Unmarshal(e.Payload, &p) != nil {
		return nil
	}
	record := ""
	if e.Entity == event.Line {
		record = e.EntityID
	}
	var all []Decision
	if len(p.Policies) > 0 {
		all = append(all, Decision{Record: record, Policies: p.Policies})
	}
	for _, a := range p.Assignments {
		one := Decision{Record: a.Line, Taken: a.Location}
		var why policy.Result
		if json.Unmarshal(a.Why, &why) == nil {
			one.Policies = []policy.Result{why}
		}
		all = append(all, one)
	}
	switch {
	case p.Error != "" && e.Name != event.FulfillmentOrderSendFail:
		all = append(all, Decision{Error: p.Error, Cause: p.Cause, Taken: map[string]string{event.OrderStepAbandoned: "goes on"}[e.Name]})
	case p.By != "":
		all = append(all, Decision{Taken: e.Name, Cause: "by " + p.By})
	}
	return all
}

// byCall sorts a journal by the call that an entry comes from: its key is that
// of the call, or begins with it.
func byCall(journal []store.Entry) map[string][]store.Entry {
	all := map[string][]store.Entry{}
	for _, e := range journal {
		key := strings.TrimPrefix(strings.TrimPrefix(e.Key, "exception/"), "resolve/hold/")
		key, _, _ = strings.Cut(key, "/")
		all[key] = append(all[key], e)
	}
	return all
}
