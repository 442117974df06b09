package flows

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
)

// StartRecord decides which live flows a record of a declared entity enters with
// an event and starts one run of each. It is invoked by every event of such
// records, which the outbox publishes until it has arrived.
var StartRecord = fn.Function{
	ID:      "flows/start-record",
	Summary: "Start the live flows whose entry criteria a record of a declared entity meets, each once",
	Trigger: fn.Trigger{Source: entity.Source},
	Result:  StartResult{},
	Failures: []fn.Failure{
		{Code: fault.NotFound, Meaning: "no such record"},
		{Code: fault.Conflict, Meaning: "others kept changing the record", Retry: true},
	},
	Example: json.RawMessage(`{"detail":{"name":"ExampleReceived","entity":"example","entityId":"rec_01JZZZZZZZZZZZZZZZZZZZZZZZ","seq":1}}`),
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		entities, err := registry.Entities()
		s := recordStarter{store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Entities: entities}, registry.New(d.Table), d.States}
		return fn.Task(func(ctx context.Context, in receivedEvent) (StartResult, error) {
			if err != nil {
				return StartResult{}, err
			}
			return s.start(ctx, in.Detail)
		})
	},
}

type recordStarter struct {
	records store.Store
	flows   registry.Registry
	states  fn.States
}

func (s recordStarter) start(ctx context.Context, e event.Event) (StartResult, error) {
	out := StartResult{Flows: []string{}}
	live, err := s.flows.Live(ctx)
	if err != nil {
		return out, err
	}
	for _, l := range live {
		if l.Type != string(e.Entity) || l.Event != e.Name {
			continue
		}
		n, err := s.enter(ctx, e.EntityID, l)
		if err != nil {
			return out, err
		}
		if n == 0 {
			continue // it does not enter, or has nothing left to do
		}
		// A run that was claimed but whose start may have been lost is started
		// again: by its name it is the same run.
		if err := flow.Start(ctx, s.states, l.Machine, e.EntityID, l.ID, n); err != nil {
			return out, err
		}
		out.Flows = append(out.Flows, l.ID)
	}
	return out, nil
}

// enter numbers the run of a flow that a record enters, in the table: one live run
// per record and flow. It is 0 for one that does not.
func (s recordStarter) enter(ctx context.Context, id string, l registry.Live) (int, error) {
	filters, err := s.flows.Policies(ctx, l.Filters)
	if err != nil {
		return 0, err
	}
	res, err := s.records.Change(ctx, id, "start/"+l.ID, "", func(r *store.Record) (store.Change, error) {
		record := r.Look(s.records.Now())
		for _, p := range filters {
			if !policy.Evaluate(p, record).Holds {
				return store.Change{}, nil
			}
		}
		if r.Entity.Over(&r.Status) {
			return store.Change{}, nil
		}
		if r.Status.Runs == nil {
			r.Status.Runs = map[string]int{}
		}
		r.Status.Runs[l.ID] = 1
		return store.Change{Outcome: 1}, nil
	})
	if err != nil {
		return 0, err
	}
	if res.Outcome == nil || res.Record.Entity.Over(&res.Record.Status) {
		return 0, nil
	}
	return res.Record.Status.Runs[l.ID], nil
}
