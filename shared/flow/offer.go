package flow

import "slices"

// Fields lists the fields of a step type: those that every step has, then its own.
func Fields(t StepType) []string { return append(slices.Clone(commonFields), fieldsOf(t)...) }
