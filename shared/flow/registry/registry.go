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
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
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

// ownPolicies reads the repository's policies, once.
var ownPolicies = sync.OnceValues(func() (map[string]policy.Policy, error) {
	all, err := statemachines.Policies()
	byRef := make(map[string]policy.Policy, len(all))
	for _, p := range all {
		byRef[p.Ref()] = p
	}
	return byRef, err
})

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
	page, err := r.table.Query(ctx, table.Query{PK: flowsPartition})
	if err != nil {
		return nil, err
	}
	all := slices.Clone(flows)
	for _, item := range page.Items {
		var l Live
		if err := json.Unmarshal(item.Bytes(docAttr), &l); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "reading flow %s", item.Str(table.SK))
		}
		all = append(all, l)
	}
	return all, nil
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

// Policies returns published policies by reference, in the given order.
func (r Registry) Policies(ctx context.Context, refs []string) ([]policy.Policy, error) {
	all := make([]policy.Policy, len(refs))
	for i, ref := range refs {
		p, err := r.policy(ctx, ref)
		if err != nil {
			return nil, err
		}
		all[i] = p
	}
	return all, nil
}

func (r Registry) policy(ctx context.Context, ref string) (policy.Policy, error) {
	policies, err := ownPolicies()
	if err != nil {
		return policy.Policy{}, err
	}
	if p, ok := policies[ref]; ok {
		return p, nil
	}
	key, err := policyKey(ref)
	if err != nil {
		return policy.Policy{}, err
	}
	item, err := r.table.Get(ctx, key)
	if err != nil {
		return policy.Policy{}, err
	}
	if item == nil {
		return policy.Policy{}, fault.New(fault.NotFound, "no published policy %q", ref)
	}
	p, problems := policy.Parse(item.Bytes(docAttr))
	if len(problems) > 0 {
		return p, fault.New(fault.Internal, "published policy %q does not read: %v", ref, problems)
	}
	return p, nil
}

// SavePolicy publishes a version of a policy. A version is immutable: saving
// other content under the same reference is a conflict.
func (r Registry) SavePolicy(ctx context.Context, doc []byte) (policy.Policy, error) {
	p, problems := policy.Parse(doc)
	if len(problems) > 0 {
		return p, fault.New(fault.Invalid, "%v", problems).On(p.ID, "")
	}
	key, err := policyKey(p.Ref())
	if err != nil {
		return p, err
	}
	if have, err := r.policy(ctx, p.Ref()); err == nil {
		if !samePolicy(have, p) {
			return p, fault.New(fault.Conflict, "policy %s is published with other content", p.Ref()).On(p.ID, "version").Do("Publish it as version " + strconv.Itoa(p.Version+1))
		}
		return p, nil
	} else if !fault.Is(err, fault.NotFound) {
		return p, err
	}
	_, err = r.table.Write(ctx, table.Put(table.Item{table.PK: key.PK, table.SK: key.SK, docAttr: doc}, table.ItemAbsent()))
	if table.IsConditionFailed(err) {
		return p, fault.New(fault.Conflict, "policy %s was published by somebody else just now", p.Ref()).On(p.ID, "version")
	}
	return p, err
}

func samePolicy(a, b policy.Policy) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

func policyKey(ref string) (table.Key, error) {
	id, version, ok := strings.Cut(ref, "@")
	n, err := strconv.Atoi(version)
	if !ok || err != nil || id == "" || n < 1 {
		return table.Key{}, fault.New(fault.Invalid, "a policy reference is <id>@<version>").On("", "policies").Got(ref)
	}
	return table.Key{PK: "POLICY#" + id, SK: fmt.Sprintf("%06d", n)}, nil
}
