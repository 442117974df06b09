package catalog

import (
	"encoding/json"
	"io/fs"
	"strings"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/local/template"
	"github.com/orderloom/orderloom/statemachines"
)

// This file finds who listens to an event: functions by their rules, flows and
// bindings by what enters or wakes them, hand-written machines by the templates.

func heardByFunctions(all map[string]*flow.EventEntry) error {
	for _, f := range functions.All() {
		if e := all[f.Trigger.Rule]; e != nil {
			e.HeardBy = append(e.HeardBy, flow.Party{Function: f.ID})
		}
	}
	return nil
}

// heardByFlows: a flow listens to the event that enters an order.
func heardByFlows(all map[string]*flow.EventEntry) error {
	flows, err := statemachines.Flows()
	if err != nil {
		return err
	}
	entities, err := statemachines.Entities()
	if err != nil {
		return err
	}
	for _, f := range flows {
		doc, problems := flow.Parse(f.Document, entities...)
		if err := problems.Err(); err != nil {
			return err
		}
		if e := all[doc.Entry.Event]; e != nil {
			e.HeardBy = append(e.HeardBy, flow.Party{Flow: f.ID})
		}
	}
	return nil
}

func heardByBindings(all map[string]*flow.EventEntry) error {
	bindings, err := statemachines.Bindings()
	if err != nil {
		return err
	}
	for _, b := range bindings {
		e, ok := all[b.Event]
		if !ok {
			return fault.New(fault.Internal, "binding %s names %s, which is no event", b.ID, b.Event)
		}
		e.HeardBy = append(e.HeardBy, flow.Party{Binding: b.ID, Function: b.Action, Flow: b.Flow})
	}
	return nil
}

// heardByMachines reads the rules that start machines.
func heardByMachines(all map[string]*flow.EventEntry, project fs.FS) error {
	t, err := template.Read(project, "orderloom")
	if err != nil {
		return err
	}
	for _, m := range t.Machines {
		for _, r := range m.Rules {
			var pattern struct {
				Types []string `json:"detail-type"`
			}
			if err := json.Unmarshal(r.Pattern, &pattern); err != nil {
				return fault.Wrap(err, fault.Internal, "the pattern of %s", r.LogicalID)
			}
			for _, name := range pattern.Types {
				if e := all[name]; e != nil {
					e.HeardBy = append(e.HeardBy, flow.Party{Machine: strings.TrimPrefix(m.Name, "orderloom-")})
				}
			}
		}
	}
	return nil
}
