package flow

import (
	"maps"
	"slices"
)

// PolicyRefs lists the policies that the flow uses, "<id>@<version>", each once
// and sorted.
func (d *Document) PolicyRefs() []string {
	used := map[string]bool{}
	add := func(refs []string) {
		for _, r := range refs {
			used[r] = true
		}
	}
	add(d.Entry.Filter)
	var scope func(Scope)
	scope = func(sc Scope) {
		for _, s := range sc.Steps {
			add(s.Policies)
			for _, b := range s.Branches {
				add(b.Filter)
			}
			for _, inner := range s.Drawings() {
				scope(inner)
			}
		}
	}
	scope(d.Scope)
	return slices.Sorted(maps.Keys(used))
}
