package flow

import "slices"

// Place is where a step stands: it says which types are possible there.
type Place int

// The places of a drawing.
const (
	Outside    Place = iota // about the whole order
	InEach                  // inside a for-each, about one fulfillment order
	InEachLine              // inside a for-each, about one line
	InBranch                // inside a branch of a parallel, about the whole order, while others do as well
)

// Places lists all.
func Places() []Place { return []Place{Outside, InEach, InEachLine, InBranch} }

// String says where that is.
func (p Place) String() string {
	switch p {
	case InEach:
		return "inside for-each"
	case InEachLine:
		return "inside for-each over lines"
	case InBranch:
		return "in a branch of a parallel"
	}
	return "outside for-each"
}

// StepTypes lists the types of steps that are possible at a place.
func StepTypes(p Place) []StepType {
	switch p {
	case InEach:
		return slices.Clone(innerTypes)
	case InEachLine:
		return slices.Clone(lineTypes)
	case InBranch:
		return slices.DeleteFunc(slices.Clone(outerTypes), claims)
	}
	return slices.Clone(outerTypes)
}

// claims reports whether a step needs the order for itself. An order has one
// state, so of two steps that move it at the same time the later one would hide
// what the other says, a failed validation for example; and what plans, reserves
// or holds the goods, or runs a flow that may, decides on an order that nobody
// else is planning. Two
// changes that move no state cannot be lost: each is decided on the order as the
// other left it, in a transaction on its version.
func claims(t StepType) bool {
	switch t {
	case ValidateHeader, ValidateLines, AssignSource, Reserve, CreateFulfillmentOrders, ForEach, Parallel, SubFlow, HoldStep, ApprovalStep,
		ReleaseStock, SoftReserve, OptimizeSourcing, SplitOrder:
		return true
	}
	return false
}

// Drawings lists the drawings inside a step: one of a for-each, the branches of
// a parallel.
func (s *Step) Drawings() []Scope {
	if s.Type == ForEach {
		return []Scope{s.Inner}
	}
	all := make([]Scope, len(s.Parallel))
	for i, b := range s.Parallel {
		all[i] = b.Scope
	}
	return all
}
