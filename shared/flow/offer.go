package flow

import (
	"slices"

	"github.com/orderloom/orderloom/shared/fn"
)

// Fields lists the fields of a step type: those that every step has, then its own.
func Fields(t StepType) []string { return append(slices.Clone(commonFields), fieldsOf(t)...) }

// Offered lists those of StepTypes behind which something stands: what a person
// who draws can choose from.
func (c *Catalog) Offered(place Place) []StepType {
	return slices.DeleteFunc(StepTypes(place), func(t StepType) bool { return !c.Backed(t) })
}

// Backed reports whether something stands behind a step type. A prediction can
// always be made by policies.
func (c *Catalog) Backed(t StepType) bool {
	a, ok := ActionStepOf(t)
	return !ok || t == Predict || len(c.Implementing(a.Needs)) > 0
}

// Implementing lists the functions that implement a capability.
func (c *Catalog) Implementing(what fn.Capability) []string {
	var all []string
	for _, f := range c.Functions {
		if slices.Contains(f.Implements, what) {
			all = append(all, f.ID)
		}
	}
	return all
}
