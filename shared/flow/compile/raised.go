package compile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
)

// Raised lists the events that a compiled machine may raise and the steps that
// raise each, read from what its states ask their functions to do.
func Raised(machine []byte, catalog *flow.Catalog) (map[string][]string, error) {
	var m struct{ States raisingStates }
	if err := json.Unmarshal(machine, &m); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "reading a machine")
	}
	raises := map[string][]string{}
	for _, f := range catalog.Functions {
		raises["${"+fn.LogicalID(f.ID)+"}"] = f.Raises
	}
	found := map[string]map[string]bool{}
	m.States.collect(raises, found)
	all := map[string][]string{}
	for name, steps := range found {
		all[name] = slices.Sorted(maps.Keys(steps))
	}
	return all, nil
}

// raisingStates is as much of the states of a machine as says what they raise.
type raisingStates map[string]struct {
	Arguments     json.RawMessage // a text in Pass states of other makers
	ItemProcessor struct{ States raisingStates }
	Branches      []struct{ States raisingStates }
}

func (all raisingStates) collect(raises map[string][]string, found map[string]map[string]bool) {
	for _, s := range all {
		s.ItemProcessor.States.collect(raises, found)
		for _, b := range s.Branches {
			b.States.collect(raises, found)
		}
		var in struct {
			FunctionName string
			Payload      struct {
				Step, Event string
				Raises      struct{ Success, Failure string }
			}
		}
		if json.Unmarshal(s.Arguments, &in) != nil {
			continue // it asks no function of ours
		}
		names := append(slices.Clone(raises[in.FunctionName]), in.Payload.Event, in.Payload.Raises.Success, in.Payload.Raises.Failure)
		for _, name := range names {
			if name == "" || strings.HasPrefix(name, "{%") {
				continue
			}
			for _, n := range append([]string{name}, order.Follows(name)...) {
				if found[n] == nil {
					found[n] = map[string]bool{}
				}
				found[n][in.Payload.Step] = true
			}
		}
	}
}
