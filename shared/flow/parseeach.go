package flow

import "github.com/orderloom/orderloom/shared/policy/jsondoc"

// DefaultLinesAtOnce is how many lines a for-each goes through at a time: what
// they change is one order, so more of them would wait for each other.
const DefaultLinesAtOnce = 5

// forEach reads what a step repeats for, and the drawing that it repeats.
func (r *reader) forEach(s *Step, n *jsondoc.Node) {
	s.Each = r.Choice(n, "each", FulfillmentOrderItems, LineItems)
	if s.Each != LineItems {
		s.Concurrency = r.Int(n, "concurrency", 0, 0, MaxItems)
		s.Maximum = r.Int(n, "maximum", DefaultItems, 1, MaxItems)
		s.Inner = r.inside(n, s.ID, InEach)
		return
	}
	s.Concurrency = r.Int(n, "concurrency", DefaultLinesAtOnce, 1, MaxItems)
	if v := n.Get("maximum"); v != nil {
		r.At(v, MisplacedField, "a for-each over lines has no maximum | How many lines an order may have says maxLines of the flow")
	}
	s.Inner = r.inside(n, s.ID, InEachLine)
}
