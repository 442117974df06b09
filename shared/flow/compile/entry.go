package compile

import (
	"slices"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// Codes of what is said about a flow beside others. The second is a note: it
// keeps nobody from publishing.
const (
	OverlappingEntry = "OVERLAPPING_ENTRY" // an order enters another live flow as well
	EntryMayOverlap  = "ENTRY_MAY_OVERLAP" // whether one does cannot be told from the filters
)

// Neighbor is another live flow.
type Neighbor struct {
	ID    string
	Entry flow.Entry
}

// CheckEntry compares where a flow begins with other live flows. An order that
// enters several is worked on by all of them, so that is a problem, shown by an
// example, unless one of the two documents allows it (entry.alongside). Where it
// can neither be proven nor excluded there is a note. The policies are those of
// all the flows.
func CheckEntry(document []byte, others []Neighbor, policies []policy.Policy, entities ...entity.Entity) (problems, notes flow.Problems) {
	doc, report := flow.Open(document, entities...)
	byRef := map[string]policy.Policy{}
	for _, p := range policies {
		byRef[p.Ref()] = p
	}
	filters := func(e flow.Entry) []policy.Policy {
		var all []policy.Policy
		for _, ref := range e.Filter {
			if p, ok := byRef[ref]; ok { // one that is missing is a problem of its own
				all = append(all, p)
			}
		}
		return all
	}
	for _, other := range others {
		if other.ID == doc.ID || other.Entry.Event != doc.Entry.Event || doc.Entry.Event == flow.SubFlowEntry || allowed(doc, other) {
			continue
		}
		switch o := policy.Overlaps(filters(doc.Entry), filters(other.Entry)); o.Verdict {
		case policy.Overlapping:
			report.Add(OverlappingEntry, "", "/entry", "an order with %s enters this flow and %q | Change the filters so that no order passes both, or write \"alongside\": [%q] to allow it", o.Words(), other.ID, other.ID)
		case policy.Undecided:
			report.Add(EntryMayOverlap, "", "/entry", "whether an order can enter this flow and %q cannot be told from the filters; look at %v", other.ID, o.Fields)
		}
	}
	return only(report, OverlappingEntry), only(report, EntryMayOverlap)
}

func allowed(doc flow.Document, other Neighbor) bool {
	return slices.Contains(doc.Entry.Alongside, other.ID) || slices.Contains(other.Entry.Alongside, doc.ID)
}

// only picks the problems of a code: those of the form are reported elsewhere.
func only(r *flow.Report, code string) flow.Problems {
	return slices.DeleteFunc(r.Problems(), func(p flow.Problem) bool { return p.Code != code })
}
