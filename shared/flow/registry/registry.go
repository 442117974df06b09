// Package registry knows what is published: the live flows, and every published
// version of every flow and policy. Those owned by the repository are compiled
// in; those owned by the console are in the table:
//
//	FLOWS / <flow id>                 what is live of a flow: its entry filters,
//	                                  its version and, during one, its canary
//	FLOW#<flow id> / V#<number>       one immutable version
//	POLICY#<policy id> / <version>    one immutable version
//
// What is live here is true, and the alias of the machine follows it: Release
// commits both items and a mark in one transaction, the alias is routed, and
// Routed takes the mark off. A crash in between leaves the mark, by which
// Unrouted finds the flow and its alias is routed after all.
package registry

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/statemachines"
)

// Live is a flow that orders enter.
type Live struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Type       string   `json:"type,omitempty"`       // what flows: empty for orders
	Event      string   `json:"event"`                // the event that enters an order
	Filters    []string `json:"filters"`              // policies that all must hold, "<id>@<version>"
	Alongside  []string `json:"alongside,omitempty"`  // flows that an order may enter as well
	Machine    string   `json:"machine"`              // name without the stack
	Version    string   `json:"version,omitempty"`    // ARN of the machine's version
	Number     int      `json:"number,omitempty"`     // of the version, see Version
	RollbackOf int      `json:"rollbackOf,omitempty"` // the older version that it is again
	Canary     *Canary  `json:"canary,omitempty"`     // a version that gets a share of the new orders
	Last       int      `json:"last,omitempty"`       // number of the newest version
	Edition    int64    `json:"edition,omitempty"`    // counts what was live, for writers that meet
}

// Content is the number of the version whose drawing is live: a roll-back is an
// older one again.
func (l Live) Content() int {
	if l.RollbackOf > 0 {
		return l.RollbackOf
	}
	return l.Number
}

// Shares is how the alias of the flow's machine is to be routed.
func (l Live) Shares() []fn.Share {
	if l.Canary == nil {
		return []fn.Share{{Version: l.Version, Percent: 100}}
	}
	return []fn.Share{{Version: l.Version, Percent: 100 - l.Canary.Percent}, {Version: l.Canary.Version, Percent: l.Canary.Percent}}
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
	entities, err := Entities()
	if err != nil {
		return nil, err
	}
	all := make([]Live, len(flows))
	for i, f := range flows {
		doc, problems := flow.Parse(f.Document, entities...)
		if len(problems) > 0 {
			return nil, fault.Wrap(problems, fault.Internal, "flow %q", f.ID)
		}
		all[i] = Live{ID: f.ID, Title: doc.Title, Type: TypeOf(&doc), Event: doc.Entry.Event, Filters: doc.Entry.Filter, Alongside: doc.Entry.Alongside, Machine: f.ID}
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
	err = r.each(ctx, table.Query{PK: flowsPartition}, func(item table.Item) error {
		l, err := liveOf(item)
		all = append(all, l)
		return err
	})
	return all, err
}

// Flow is what is live of one flow.
func (r Registry) Flow(ctx context.Context, id string) (Live, error) {
	flows, err := ownFlows()
	if err != nil {
		return Live{}, err
	}
	if i := slices.IndexFunc(flows, func(l Live) bool { return l.ID == id }); i >= 0 {
		return flows[i], nil
	}
	if id == "" {
		return Live{}, fault.New(fault.Invalid, "a flow id is missing")
	}
	item, err := r.table.Get(ctx, flowKey(id))
	if err != nil {
		return Live{}, err
	}
	if item == nil {
		return Live{}, fault.New(fault.NotFound, "no live flow %q", id).Do("Publish the flow, then try again")
	}
	return liveOf(item)
}

func flowKey(id string) table.Key { return table.Key{PK: flowsPartition, SK: id} }

func liveOf(item table.Item) (Live, error) {
	var l Live
	if err := json.Unmarshal(item.Bytes(docAttr), &l); err != nil {
		return l, fault.Wrap(err, fault.Internal, "reading flow %s", item.Str(table.SK))
	}
	return l, nil
}

// each hands all items of a query to f.
func (r Registry) each(ctx context.Context, q table.Query, f func(table.Item) error) error {
	for {
		page, err := r.table.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := f(item); err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// Machine is the name, without the stack, of a live flow's machine.
func (r Registry) Machine(ctx context.Context, id string) (string, error) {
	l, err := r.Flow(ctx, id)
	return l.Machine, err
}

// Owned reports whether the repository owns the flow: then it is changed there.
func (r Registry) Owned(id string) (bool, error) {
	flows, err := ownFlows()
	return slices.ContainsFunc(flows, func(l Live) bool { return l.ID == id }), err
}
