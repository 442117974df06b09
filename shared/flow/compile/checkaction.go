package compile

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// checkAction reports a step that nothing can do, or not what it names. Its
// parameters can name fields of what it is about.
func (c *compiler) checkAction(s *flow.Step, about event.Entity) {
	a, isActionStep := flow.ActionStepOf(s.Type)
	byPolicies := s.Type == flow.Predict && s.Action == ""
	if isActionStep && !byPolicies && len(c.catalog.Implementing(a.Needs)) == 0 {
		c.report.Add(NoProviderYet, s.ID, s.At+"/type", "no action %s yet: nothing in the catalog implements the capability %q, which %s would offer | Add a provider whose action implements it, or call any action with a step of type %s", a.Does, a.Needs, a.Offer, flow.ProviderAction)
		return
	}
	if s.Type == flow.Predict {
		c.checkScore(s)
	}
	if s.Action == "" || a.Function != "" {
		return
	}
	f, ok := c.catalog.Function(s.Action)
	switch {
	case !ok:
		c.report.Add(UnknownAction, s.ID, s.At+"/action", "there is no action %q | Choose one from the palette", s.Action)
	case !f.Action:
		c.report.Add(NotAnAction, s.ID, s.At+"/action", "%q is a function that a step cannot call | Choose an action from the palette", s.Action)
	case isActionStep && !slices.Contains(f.Implements, a.Needs):
		c.report.Add(WrongCapability, s.ID, s.At+"/action", "%q does not implement the capability %q, which a step of type %s needs | Choose one that does: %s", s.Action, a.Needs, s.Type, strings.Join(c.catalog.Implementing(a.Needs), ", "))
	default:
		c.checkParameters(s, f, about)
	}
}

// planned reports whether a path leads from a step that creates fulfillment
// orders to the step.
func (sc *scope) planned(s *flow.Step) bool {
	for i := range sc.Steps {
		from := &sc.Steps[i]
		if from.Type == flow.CreateFulfillmentOrders && sc.from(from.ID, func(edge) bool { return true })[s.ID] {
			return true
		}
	}
	return false
}

// checkScore reports a prediction whose policies do not set its score, or to a
// number that is none.
func (c *compiler) checkScore(s *flow.Step) {
	if s.Score == "" || len(s.Policies) == 0 {
		return // reported by the parser, or an action sets it
	}
	path, sets := "order.attributes."+s.Score, false
	for i, ref := range s.Policies {
		p := c.policies[ref]
		for _, rule := range p.AllRules() {
			for _, a := range rule.Then {
				if a.Set != path {
					continue
				}
				sets = true
				if !isScore(a, s.Most) {
					c.report.Add(ScoreNotSet, s.ID, s.At+"/policies/"+strconv.Itoa(i), "rule %q of policy %s sets the score to %q, which is no number from 0 to %d | Correct the policy, or what the score goes up to", rule.Name, ref, a.Value, s.Most)
				}
			}
		}
	}
	if !sets {
		c.report.Add(ScoreNotSet, s.ID, s.At+"/policies", "none of the policies sets %s, the score of this step | Choose a policy that does", path)
	}
}

// isScore reports whether an action sets a score within its bounds; what is
// computed is seen when it is.
func isScore(a policy.Action, most int) bool {
	if a.Compute != nil {
		return true
	}
	n, err := strconv.ParseFloat(a.Value, 64)
	return err == nil && n >= 0 && n <= float64(most)
}

// checkParameters holds a step's parameters against what its action declares.
func (c *compiler) checkParameters(s *flow.Step, f flow.Function, about event.Entity) {
	p, given := c.report.At(s.ID, s.At+"/parameters")
	shape := flow.NoParameters()
	if f.Parameters != nil {
		shape = new(flow.Shape)
		if err := json.Unmarshal(f.Parameters, shape); err != nil {
			return // a test of the catalog reads them all
		}
	}
	if given == nil {
		if len(shape.Required) > 0 {
			c.report.Add(flow.InvalidParameters, s.ID, s.At, "the action %s needs parameters: %s | Add \"parameters\"", s.Action, strings.Join(shape.Required, ", "))
		}
		return
	}
	shape.Check(p, given, func(n *jsondoc.Node) { policy.ParseTemplate(p, n, about) })
}
