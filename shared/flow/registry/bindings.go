package registry

import (
	"slices"
	"sync"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/statemachines"
)

// ownBindings reads the repository's bindings, once.
var ownBindings = sync.OnceValues(statemachines.Bindings)

// Bindings lists the bindings of an event. All are the repository's.
func (r Registry) Bindings(event string) ([]flow.Binding, error) {
	all, err := ownBindings()
	return slices.DeleteFunc(slices.Clone(all), func(b flow.Binding) bool { return b.Event != event }), err
}
