package registry

import (
	"context"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// Attributes of a live flow beside its document.
const (
	editionAttr  = "edition"  // counts what was live, for writers that meet
	unroutedAttr = "unrouted" // the machine's alias may not follow yet
)

// maxReleased flows fit into one transaction, two items each, with a policy.
const maxReleased = (table.MaxTransaction - 1) / 2

// Release publishes policies and makes versions of flows live, all or nothing,
// and numbers the versions. A version with a trial gets its share and leaves
// live what is; a roll-back ends a trial, any other version is refused while one
// is under way. The caller then routes the machines and says so with Routed.
func (r Registry) Release(ctx context.Context, policies []json.RawMessage, versions ...Version) ([]Live, error) {
	if len(versions) > maxReleased {
		return nil, fault.New(fault.TooLarge, "%d flows are published at once; %d fit", len(versions), maxReleased)
	}
	given, err := parsed(policies)
	if err != nil {
		return nil, err
	}
	for range saveAttempts {
		ops, err := r.unpublished(ctx, given, policies)
		if err != nil {
			return nil, err
		}
		released := make([]Live, len(versions))
		for i, v := range versions {
			var more []table.Op
			if released[i], more, err = r.release(ctx, v); err != nil {
				return nil, err
			}
			ops = append(ops, more...)
		}
		if len(ops) == 0 {
			return released, nil
		}
		if err := r.table.Transact(ctx, ops...); !table.IsConditionFailed(err) {
			return released, err
		}
	}
	return nil, fault.New(fault.Conflict, "others keep publishing the same").Do("Try again")
}

// release is what becomes live of a flow by a version, and its writes.
func (r Registry) release(ctx context.Context, v Version) (Live, []table.Op, error) {
	item, err := r.table.Get(ctx, flowKey(v.Flow))
	if err != nil {
		return Live{}, nil, err
	}
	var before Live
	if item != nil {
		if before, err = liveOf(item); err != nil {
			return Live{}, nil, err
		}
	}
	if v.Edition > 0 && v.Edition != before.Edition {
		return Live{}, nil, outOfDate(v.Flow)
	}
	v.Number = before.Last + 1
	if v.RollbackOf == 0 {
		v.After = before.Content()
	}
	after, err := before.after(v)
	if err != nil {
		return Live{}, nil, err
	}
	record, err := v.item()
	if err != nil {
		return Live{}, nil, err
	}
	put, err := after.put()
	return after, []table.Op{put, table.Put(record, table.ItemAbsent())}, err
}

// after is what is live when a version was released.
func (l Live) after(v Version) (Live, error) {
	if l.Canary != nil && v.RollbackOf == 0 {
		return l, fault.New(fault.Conflict, "version %d is on trial", l.Canary.Number).On(v.Flow, "canary").Do("Wait for the end of the trial, or end it with a roll-back")
	}
	edition, last := l.Edition+1, max(l.Last, v.Number)
	if v.Trial == nil {
		return Live{ID: v.Flow, Title: v.Title, Type: v.Type, Event: v.Event, Filters: v.Filters, Alongside: v.Alongside, Machine: v.Machine, Version: v.ARN, Number: v.Number, RollbackOf: v.RollbackOf, Last: last, Edition: edition}, nil
	}
	if l.Version == "" {
		return l, fault.New(fault.Invalid, "there is no version that takes the other orders").On(v.Flow, "canary").Do("Publish the first version without a canary")
	}
	if l.Version == v.ARN {
		return l, fault.New(fault.Invalid, "the version is the same as the one that is live").On(v.Flow, "canary")
	}
	l.Canary = &Canary{Trial: *v.Trial, Number: v.Number, Version: v.ARN, Since: v.At}
	l.Last, l.Edition = last, edition
	return l, nil
}

// put writes what is live in the place of the edition before, not routed yet.
func (l Live) put() (table.Op, error) {
	doc, err := json.Marshal(l)
	before := table.Absent(editionAttr)
	if l.Edition > 1 {
		before = table.Equal(editionAttr, l.Edition-1)
	}
	return table.Put(table.Item{table.PK: flowsPartition, table.SK: l.ID, docAttr: doc, editionAttr: l.Edition, unroutedAttr: true}, before), err
}

// Promote gives all orders to the version on trial. It is no publication: the
// version is in the list since its trial began.
func (r Registry) Promote(ctx context.Context, id string) (Live, error) {
	l, err := r.Flow(ctx, id)
	if err != nil {
		return l, err
	}
	if l.Canary == nil {
		return l, fault.New(fault.Conflict, "no version of the flow is on trial").On(id, "canary")
	}
	v, err := r.Version(ctx, id, l.Canary.Number)
	if err != nil {
		return l, err
	}
	v.Trial, l.Canary = nil, nil
	if l, err = l.after(v); err != nil {
		return l, err
	}
	put, err := l.put()
	if err != nil {
		return l, err
	}
	_, err = r.table.Write(ctx, put)
	if table.IsConditionFailed(err) {
		err = outOfDate(id)
	}
	return l, err
}

func outOfDate(id string) error {
	return fault.New(fault.Conflict, "somebody published the flow meanwhile").On(id, "edition").Do("Look at its versions, then decide again")
}

// Routed notes that the alias follows what is live, unless something else is
// live by now.
func (r Registry) Routed(ctx context.Context, l Live) error {
	_, err := r.table.Write(ctx, table.Set(flowKey(l.ID), nil, table.Equal(editionAttr, l.Edition)).Removing(unroutedAttr))
	if table.IsConditionFailed(err) {
		return nil
	}
	return err
}

// Unrouted lists the flows whose alias may not follow yet.
func (r Registry) Unrouted(ctx context.Context) ([]Live, error) {
	var all []Live
	err := r.each(ctx, table.Query{PK: flowsPartition}, func(item table.Item) error {
		if !item.Bool(unroutedAttr) {
			return nil
		}
		l, err := liveOf(item)
		all = append(all, l)
		return err
	})
	return all, err
}
