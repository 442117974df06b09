// Package picture draws flows: as SVG where the document puts its steps, or laid
// out in layers where it does not say, and in the language of Mermaid. The same
// document gives the same bytes.
package picture

import (
	"fmt"

	"github.com/orderloom/orderloom/shared/flow"
)

// shape says how a step looks.
type shape int

const (
	tile    shape = iota // does something
	diamond              // only chooses
	pill                 // ends
	frame                // has steps inside
)

func shapeOf(s *flow.Step) shape {
	switch s.Type {
	case flow.Splitter, flow.ConditionStep, flow.Merge:
		return diamond
	case flow.End:
		return pill
	case flow.ForEach, flow.Parallel:
		return frame
	}
	return tile
}

// way is a path out of a step.
type way struct {
	to    string
	label string
	again flow.Again
}

func (w way) text() string {
	if w.again == 0 {
		return w.label
	}
	again := fmt.Sprintf("again, at most %d times", w.again)
	if w.label == "" {
		return again
	}
	return w.label + ", " + again
}

// waysOf lists the paths out of a step in the order of the document. One to the
// exception list leads to no step.
func waysOf(s *flow.Step) []way {
	var all []way
	add := func(e flow.Edge, label string) {
		if e.To != "" && e.To != flow.ToException {
			all = append(all, way{e.To, label, e.Again})
		}
	}
	add(s.Next, "")
	add(s.Yes, "yes")
	add(s.No, "no")
	for _, b := range s.Branches {
		add(b.To, b.Name)
	}
	add(s.Otherwise, "otherwise")
	if s.OnFailure != flow.ToContinue {
		label := "on failure"
		if s.Type == flow.WaitForEvent {
			label = "after the deadline"
		}
		add(flow.Edge{To: s.OnFailure}, label)
	}
	return all
}
