package compile

import (
	"maps"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// passed is what lies behind an order when it comes to a step.
type passed struct {
	types map[flow.StepType]bool // on every path
	sent  bool                   // on some path
}

// checkOrder reports steps that some path reaches without what they need.
func (c *compiler) checkOrder() {
	for _, sc := range c.scopes {
		before := c.pathsTo(sc)
		for i := range sc.Steps {
			s := &sc.Steps[i]
			p, reached := before[s.ID]
			if !reached || sc.byID[s.ID] != s {
				continue
			}
			if need, why := c.needs(s); need != "" && !p.types[need] {
				c.report.Add(MissingStepBefore, s.ID, s.At, "a path leads to %q without a step of type %s, %s | Put one before it on every path", s.Name, need, why)
			}
			if waitsForPerson(s) && p.sent {
				c.report.Add(HeldTooLate, s.ID, s.At, "a path leads to %q on which a fulfillment order was sent already; what is on its way cannot be held | Put it before the for-each step", s.Name)
			}
			if s.Type == flow.ReleaseStock && sc.planned(s) {
				c.report.Add(ReleasedTooLate, s.ID, s.At, "a path leads to %q on which fulfillment orders were created; the stock that they ask for cannot be given back | Put it before the step of type %s", s.Name, flow.CreateFulfillmentOrders)
			}
			if s.Type == flow.SendToFulfillment && p.sent {
				c.report.Add(SentTwice, s.ID, s.At, "a path leads to %q on which the fulfillment order was sent already | Send it once on every path", s.Name)
			}
		}
	}
}

// needs names the type of the step that must come before, and why.
func (c *compiler) needs(s *flow.Step) (flow.StepType, string) {
	switch s.Type {
	case flow.Reserve:
		return flow.AssignSource, "which chooses where to reserve"
	case flow.CreateFulfillmentOrders:
		return flow.AssignSource, "which chooses the locations"
	case flow.ForEach:
		if s.Each == flow.FulfillmentOrderItems {
			return flow.CreateFulfillmentOrders, "which makes what it repeats for"
		}
	case flow.ReleaseStock:
		return flow.Reserve, "which takes the stock that it gives back"
	case flow.WaitForShipment:
		return flow.SendToFulfillment, "which asks for the shipment"
	case flow.ProviderAction:
		if s.Raises == event.FulfillmentOrderReported {
			return flow.WaitForShipment, "which finds the shipment to report"
		}
	case flow.ConditionStep:
		for _, f := range factsOf(s, nil) {
			if strings.HasPrefix(f, string(policy.Shipment)+".") {
				return flow.WaitForShipment, "which finds the shipment it looks at"
			}
		}
	}
	return "", ""
}

// pathsTo works out what lies behind an order at each step that can be reached:
// the types that are on every path there, and whether one sends.
func (c *compiler) pathsTo(sc *scope) map[string]passed {
	known := map[string]passed{}
	if sc.byID[sc.Start] == nil {
		return known
	}
	known[sc.Start] = passed{types: map[flow.StepType]bool{}}
	for queue := []string{sc.Start}; len(queue) > 0; queue = queue[1:] {
		before := known[queue[0]]
		after := c.after(sc.byID[queue[0]], before)
		for _, e := range sc.edges[queue[0]] {
			if sc.byID[e.To] == nil {
				continue
			}
			behind := after
			if e.name == failureEdge {
				behind = before // what failed was not done
			}
			if p, changed := merge(known, e.To, behind); changed {
				known[e.To] = p
				queue = append(queue, e.To)
			}
		}
	}
	return known
}

func (c *compiler) after(s *flow.Step, p passed) passed {
	out := passed{maps.Clone(p.types), p.sent || s.Type == flow.SendToFulfillment}
	if s.OnFailure != flow.ToContinue { // else it may have failed
		out.types[s.Type] = true
	}
	if s.Type == flow.ForEach {
		out.sent = out.sent || c.sends(s)
	}
	return out
}

// sends reports whether a for-each step sends fulfillment orders.
func (c *compiler) sends(s *flow.Step) bool {
	for i := range s.Inner.Steps {
		if s.Inner.Steps[i].Type == flow.SendToFulfillment {
			return true
		}
	}
	return false
}

// merge joins what another path brings to a step.
func merge(known map[string]passed, id string, more passed) (passed, bool) {
	have, seen := known[id]
	if !seen {
		return passed{maps.Clone(more.types), more.sent}, true
	}
	out := passed{map[flow.StepType]bool{}, have.sent || more.sent}
	for t := range have.types {
		if more.types[t] {
			out.types[t] = true
		}
	}
	return out, len(out.types) != len(have.types) || out.sent != have.sent
}
