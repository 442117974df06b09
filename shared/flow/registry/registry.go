// Package registry knows what is published: the live flows and every published
// version of every policy. Those owned by the repository are compiled in; those
// owned by the console are in the table:
//
//	FLOWS / <flow id>                 a live flow and its entry filters
//	POLICY#<policy id> / <version>    one immutable version
package registry

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/statemachines"
)

// Live is a flow that orders enter.
type Live struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Event   string   `json:"event"`   // the event that enters an order
	Filters []string `json:"filters"` // policies that all must hold, "<id>@<version>"
	Machine string   `json:"machine"` // name without the stack
	Version string   `json:"version,omitempty"`
}

// Registry reads and writes what is published.
type Registry struct {
	table table.Table
}

// ownFlows reads the repository's flows, once.
var ownFlows = sync.OnceValues(func() ([]Live, error) {
	flows, err := statemachines.Flows()
	if err != nil {
		return nil, err
	}
	all := make([]Live, len(flows))
	for i, f := range flows {
		doc, problems := flow.Parse(f.Document)
		if len(problems) > 0 {
			return nil, fault.Wrap(problems, fault.Internal, "flow %q", f.ID)
		}
		all[i] = Live{ID: f.ID, Title: doc.Title, Event: doc.Entry.Event, Filters: doc.Entry.Filter, Machine: f.ID}
	}
	return all, nil
})

const (
	flowsPartition = "FLOWS"
	docAttr        = "doc"
)

// New opens the registry over a table.
func New(t table.Table) Registry { return Registry{t} }

// Live returns all live flows, the repository's first.
func (r Registry) Live(ctx context.Context) ([]Live, error) {
	flows, err := ownFlows()
	if err != nil {
		return nil, err
	}
	all := slices.Clone(flows)
	for q := (table.Query{PK: flowsPartition}); ; {
		page, err := r.table.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			var l Live
			if err := json.Unmarshal(item.Bytes(docAttr), &l); err != nil {
				return nil, fault.Wrap(err, fault.Internal, "reading flow %s", item.Str(table.SK))
			}
			all = append(all, l)
		}
		if q.After = page.Next; q.After == "" {
			return all, nil
		}
	}
}

// Machine is the name, without the stack, of a live flow's machine.
func (r Registry) Machine(ctx context.Context, id string) (string, error) {
	live, err := r.Live(ctx)
	if err != nil {
		return "", err
	}
	for _, l := range live {
		if l.ID == id {
			return l.Machine, nil
		}
	}
	return "", fault.New(fault.NotFound, "no live flow %q", id).Do("Publish the flow, then reprocess")
}

// Owned reports whether the repository owns the flow: then it is changed there.
func (r Registry) Owned(id string) (bool, error) {
	flows, err := ownFlows()
	return slices.ContainsFunc(flows, func(l Live) bool { return l.ID == id }), err
}

// SaveFlow makes a console-owned flow live, or replaces what is live of it.
func (r Registry) SaveFlow(ctx context.Context, l Live) error {
	doc, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = r.table.Write(ctx, table.Put(table.Item{table.PK: flowsPartition, table.SK: l.ID, docAttr: doc}))
	return err
}
