package policy

import (
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
)

// MaxPriority is the highest priority; an order without one has none.
const MaxPriority = 1_000_000

// Settable lists what actions of policies on an entity can set, besides
// <entity>.attributes.<name>: what the order's status keeps beside the document,
// which stays as the channel states it.
func Settable(of event.Entity) []Field {
	var all []Field
	for _, path := range []string{PriorityPath, LinePath} {
		if f, ok := LookupField(path); ok && f.Of == of {
			all = append(all, f)
		}
	}
	return all
}

func lookupSettable(of event.Entity, path string) (Field, bool) {
	f, ok := LookupField(path)
	if !ok || f.Of != of {
		return f, false
	}
	_, attribute := AttributeName(path)
	return f, attribute || slices.Contains(Settable(of), f)
}

// AttributeName is the name in a path <entity>.attributes.<name>.
func AttributeName(path string) (name string, ok bool) {
	_, rest, _ := strings.Cut(path, ".")
	return strings.CutPrefix(rest, "attributes.")
}
