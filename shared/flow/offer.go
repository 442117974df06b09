package flow

import "slices"

// StepTypes lists the types of steps that are possible inside a for-each, or
// outside.
func StepTypes(inside bool) []StepType {
	if inside {
		return slices.Clone(innerTypes)
	}
	return slices.Clone(outerTypes)
}

// Fields lists the fields of a step type: those that every step has, then its own.
func Fields(t StepType) []string { return append(slices.Clone(commonFields), fieldsOf(t)...) }
