package compile

import (
	"strconv"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// Functions of the platform that machines invoke.
const (
	applyEvent     = "orders/apply-event"
	applyPolicies  = "orders/apply-policies"
	createOrders   = "orders/create-fulfillment-orders"
	raiseException = "orders/raise-exception"
	expireHold     = "orders/expire-hold"
	setFields      = "orders/set-fields"
	raiseEvent     = "orders/raise-event"
	assignSource   = "sourcing/assign"
	reserveStock   = "inventory/reserve"
	releaseStock   = "inventory/release"
	runSubFlow     = "flows/run-sub-flow"
)

func (c *compiler) checkActions() {
	for _, id := range c.needed() {
		if _, ok := c.catalog.Function(id); !ok {
			c.report.Add(MissingFunction, "", "", "the catalog has no function %q, which every flow needs | Generate the catalog again", id)
		}
	}
	for sc, s := range c.steps {
		switch {
		case s.Event == "":
		case s.Type == flow.WaitForEvent:
			c.checkAwaited(s)
		default:
			c.checkEvent(s)
		}
		c.checkAction(s, sc.about())
		if s.Raises != "" && (s.Raises != event.FulfillmentOrderReported || sc.item() != flow.FulfillmentOrderItems) {
			c.report.Add(EventNotRaisable, s.ID, s.At+"/raises", "%s cannot be raised by this step | A step about a shipment can raise %s", s.Raises, event.FulfillmentOrderReported)
		}
	}
}

func (c *compiler) checkPolicies() {
	for i, ref := range c.doc.Entry.Filter {
		c.checkPolicy("", "/entry/filter/"+strconv.Itoa(i), ref, policy.Filter, c.doc.Record())
	}
	for sc, s := range c.steps {
		of := event.Line
		if s.Type == flow.ValidateHeader || s.Type == flow.Predict {
			of = c.doc.Record()
		}
		for i, ref := range s.Policies {
			c.checkPolicy(s.ID, s.At+"/policies/"+strconv.Itoa(i), ref, policy.Execution, of)
		}
		looksAt := []event.Entity{c.doc.Record()}
		if item := sc.item(); item != "" {
			looksAt = append(looksAt, event.Entity(item))
		}
		for b, branch := range s.Branches {
			for i, ref := range branch.Filter {
				c.checkPolicy(s.ID, s.At+"/branches/"+strconv.Itoa(b)+"/filter/"+strconv.Itoa(i), ref, policy.Filter, looksAt...)
			}
		}
	}
}

func (c *compiler) checkPolicy(step, at, ref string, kind policy.Kind, entities ...event.Entity) {
	p, ok := c.policies[ref]
	if !ok {
		c.report.Add(UnpublishedPolicy, step, at, "policy %s is not published | Publish it, with this flow or before", ref)
		return
	}
	if p.Kind != kind {
		c.report.Add(WrongPolicyKind, step, at, "%s is a policy of kind %s; here stands one of kind %s", ref, p.Kind, kind)
	}
	for _, e := range entities {
		if p.Entity == e {
			return
		}
	}
	c.report.Add(WrongPolicyEntity, step, at, "%s is a policy on %s; here stands one on %s", ref, p.Entity, entities[len(entities)-1])
}
