package console

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	records "github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order/store"
)

// RecordRow is one line of the list of an entity's records.
type RecordRow struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	State      string    `json:"state"`
	Reason     string    `json:"reason"`
	Order      string    `json:"order,omitempty"` // id of the order that it is linked to
	Exceptions int       `json:"exceptions"`
	Holds      int       `json:"holds"`
	ReceivedAt time.Time `json:"receivedAt"`
	ChangedAt  time.Time `json:"changedAt"`
}

// RecordDetail is one record with its journey.
type RecordDetail struct {
	Name       string                `json:"name"`
	Body       records.Body          `json:"body"`
	Status     entity.Status         `json:"status"`
	Journal    []store.Entry         `json:"journal"`
	Exceptions []exception.Exception `json:"exceptions"` // open ones
	Runs       []string              `json:"runs"`       // names of its executions
}

// records answers what is asked about declared entities and their records.
func (s site) records(ctx context.Context, req fn.Request) (fn.Response, error) {
	entities, err := registry.Entities()
	if err != nil {
		return fn.Response{}, err
	}
	all := records.Store{Table: s.orders.Table, Blobs: s.orders.Blobs, Now: s.orders.Now, Entities: entities}
	switch id := event.Entity(req.Params["entity"]); {
	case strings.HasPrefix(req.Path, "/api/records/"):
		d, err := s.recordDetail(ctx, all, req.Params["id"])
		if err != nil {
			return fn.Response{}, err
		}
		return fn.JSON(200, d)
	case id == "":
		return fn.JSON(200, map[string]any{"entities": entities})
	default:
		if _, ok := entity.Find(entities, id); !ok {
			return fn.Response{}, fault.New(fault.NotFound, "no entity %q is declared", id)
		}
		return s.recordList(ctx, all, id, req)
	}
}

func (s site) recordList(ctx context.Context, all records.Store, of event.Entity, req fn.Request) (fn.Response, error) {
	limit, err := strconv.Atoi(req.Query["limit"])
	if err != nil || limit < 1 || limit > maxListed {
		limit = maxListed
	}
	found, next, err := all.List(ctx, of, limit, req.Query["after"])
	if err != nil {
		return fn.Response{}, err
	}
	rows := make([]RecordRow, len(found))
	for i, r := range found {
		st := r.Status
		rows[i] = RecordRow{st.ID, r.Name(), st.State, st.Reason, st.Order, len(st.OpenExceptions), len(st.Holds), st.ReceivedAt, st.ChangedAt}
	}
	return fn.JSON(200, map[string]any{"records": rows, "next": next})
}

// recordDetail finds a record by id or by name; of several with the same name the
// newest.
func (s site) recordDetail(ctx context.Context, all records.Store, name string) (RecordDetail, error) {
	found, err := all.Resolve(ctx, name)
	if err != nil {
		return RecordDetail{}, err
	}
	r := found[0]
	d := RecordDetail{Name: r.Name(), Body: r.Body, Status: r.Status, Exceptions: []exception.Exception{}, Runs: []string{}}
	if d.Journal, err = all.Journal(ctx, r.Status.ID); err != nil {
		return d, err
	}
	for _, id := range r.Status.OpenExceptions {
		e, err := exception.Load(ctx, all.Table, id)
		if err != nil {
			return d, err
		}
		d.Exceptions = append(d.Exceptions, e)
	}
	for _, id := range slices.Sorted(maps.Keys(r.Status.Runs)) {
		for run := 1; run <= r.Status.Runs[id]; run++ {
			d.Runs = append(d.Runs, flow.RunName(r.Status.ID, id, run))
		}
	}
	return d, nil
}
