package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/statemachines"
)

// ownPolicies reads the repository's policies, once.
var ownPolicies = sync.OnceValues(func() (map[string]policy.Policy, error) {
	all, err := statemachines.Policies()
	byRef := make(map[string]policy.Policy, len(all))
	for _, p := range all {
		byRef[p.Ref()] = p
	}
	return byRef, err
})

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
	entities, err := Entities()
	if err != nil {
		return policy.Policy{}, err
	}
	p, problems := policy.Parse(item.Bytes(docAttr), entity.Customs(entities)...)
	if len(problems) > 0 {
		return p, fault.New(fault.Internal, "published policy %q does not read: %v", ref, problems)
	}
	return p, nil
}

// saveAttempts bounds how often others may publish one of the versions first.
const saveAttempts = 5

// SavePolicy publishes versions of policies, all or none. A version is
// immutable: to save it again is success, to save other content under its
// reference a conflict.
func (r Registry) SavePolicy(ctx context.Context, docs ...json.RawMessage) ([]policy.Policy, error) {
	all, err := parsed(docs)
	if err != nil {
		return nil, err
	}
	_, err = r.Release(ctx, docs)
	return all, err
}

func parsed(docs []json.RawMessage) ([]policy.Policy, error) {
	entities, err := Entities()
	if err != nil {
		return nil, err
	}
	customs := entity.Customs(entities)
	all := make([]policy.Policy, len(docs))
	for i, doc := range docs {
		var problems policy.Problems
		if all[i], problems = policy.Parse(doc, customs...); len(problems) > 0 {
			return nil, fault.New(fault.Invalid, "%v", problems).On(all[i].ID, "")
		}
	}
	return all, nil
}

// unpublished are the writes of those policies that are not published yet.
func (r Registry) unpublished(ctx context.Context, policies []policy.Policy, docs []json.RawMessage) ([]table.Op, error) {
	var ops []table.Op
	given := map[string]policy.Policy{}
	for i, p := range policies {
		have, err := r.policy(ctx, p.Ref())
		if twice, ok := given[p.Ref()]; ok {
			have, err = twice, nil
		}
		given[p.Ref()] = p
		switch {
		case fault.Is(err, fault.NotFound):
			key := versionKey(p.ID, p.Version)
			ops = append(ops, table.Put(table.Item{table.PK: key.PK, table.SK: key.SK, docAttr: []byte(docs[i])}, table.ItemAbsent()))
		case err != nil:
			return nil, err
		case !samePolicy(have, p):
			return nil, fault.New(fault.Conflict, "policy %s is published with other content", p.Ref()).On(p.ID, "version").Do("Publish it as version " + strconv.Itoa(p.Version+1))
		}
	}
	return ops, nil
}

// PolicyVersions lists the published versions of a policy, oldest first.
func (r Registry) PolicyVersions(ctx context.Context, id string) ([]PolicyVersion, error) {
	own, err := ownPolicies()
	if err != nil {
		return nil, err
	}
	byNumber := map[int]PolicyVersion{}
	for _, p := range own {
		if p.ID == id {
			byNumber[p.Version] = PolicyVersion{Policy: p, Repository: true, Document: statemachines.PolicyDocument(id)}
		}
	}
	entities, err := Entities()
	if err != nil {
		return nil, err
	}
	customs := entity.Customs(entities)
	err = r.each(ctx, table.Query{PK: "POLICY#" + id}, func(item table.Item) error {
		p, problems := policy.Parse(item.Bytes(docAttr), customs...)
		if len(problems) > 0 {
			return fault.New(fault.Internal, "published policy %s does not read: %v", item.Key(), problems)
		}
		if _, ok := byNumber[p.Version]; !ok { // the repository's goes first, as in Policies
			byNumber[p.Version] = PolicyVersion{Policy: p, Document: item.Bytes(docAttr)}
		}
		return nil
	})
	var all []PolicyVersion
	for _, n := range slices.Sorted(maps.Keys(byNumber)) {
		all = append(all, byNumber[n])
	}
	return all, err
}

// PolicyVersion is one published version of a policy.
type PolicyVersion struct {
	Policy     policy.Policy
	Repository bool
	Document   json.RawMessage
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
	return versionKey(id, n), nil
}

func versionKey(id string, version int) table.Key {
	return table.Key{PK: "POLICY#" + id, SK: fmt.Sprintf("%06d", version)}
}
