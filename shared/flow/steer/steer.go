// Package steer keeps what a person told a flow (to pause, to go on, to stop)
// and those who wait because of it:
//
//	STEERED / <flow id>                            what it was told; absent: nothing
//	STEER#<flow id> / Q#<received>#<order>         an order that waits to enter
//	STEER#<flow id> / L#<received>#<order>         an order that came when it was stopped
//	STEER#<flow id> / H#<since>#<order>#<signal>   a step of a running order that waits to begin
//
// Whoever adds a Q or H item does it in one transaction with a check that the
// flow still is in the state that asks for it, so none is added behind the back
// of flows/drain, which takes them away: Draining admits more, Closing does not,
// and what a Closing flow has no item of is over.
package steer

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table"
)

// State of a flow that is published.
type State string

const (
	Running  State = "published" // orders enter, steps begin: no record is kept of it
	Paused   State = "paused"    // orders queue, steps do not begin
	Draining State = "draining"  // steps begin, those that wait go first and slowly
	Closing  State = "closing"   // nobody waits any more, but for who was just being added
	Stopped  State = "stopped"   // orders do not enter, steps begin
)

// Code is the failure of a step that does not begin because its flow is paused.
const Code = "Flow.Paused"

// Failure declares it.
func Failure() fn.Failure {
	return fn.Failure{Code: Code, Meaning: "the flow is paused; the step begins when it goes on"}
}

// Rates of a drain, orders per second.
const (
	DefaultRate = 10
	MaxRate     = 500
)

// Control is what a flow was told last.
type Control struct {
	Flow    string    `json:"flow"`
	State   State     `json:"state"`
	Rate    int       `json:"rate,omitempty"` // orders per second that go on
	By      string    `json:"by,omitempty"`
	Comment string    `json:"comment,omitempty"`
	At      time.Time `json:"at,omitzero"`      // when it was told
	Drained time.Time `json:"drained,omitzero"` // up to when orders have gone on
	Edition int64     `json:"edition"`          // of the record, for writers that meet
}

const (
	controls  = "STEERED"
	docAttr   = "doc"
	stateAttr = "state"
	edition   = "edition"
)

func key(flow string) table.Key { return table.Key{PK: controls, SK: flow} }

// Load is what a flow was told; one that was told nothing runs.
func Load(ctx context.Context, t table.Table, flow string) (Control, error) {
	if flow == "" {
		return Control{}, fault.New(fault.Invalid, "a flow id is missing")
	}
	item, err := t.Get(ctx, key(flow))
	if err != nil || item == nil {
		return Control{Flow: flow, State: Running}, err
	}
	return controlOf(item)
}

// All is what all flows were told, by id; those that were told nothing are not
// among them.
func All(ctx context.Context, t table.Table) (map[string]Control, error) {
	all := map[string]Control{}
	for q := (table.Query{PK: controls}); ; {
		page, err := t.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			c, err := controlOf(item)
			if err != nil {
				return nil, err
			}
			all[c.Flow] = c
		}
		if q.After = page.Next; q.After == "" {
			return all, nil
		}
	}
}

func controlOf(item table.Item) (Control, error) {
	var c Control
	if err := json.Unmarshal(item.Bytes(docAttr), &c); err != nil {
		return c, fault.Wrap(err, fault.Internal, "reading what flow %s was told", item.Str(table.SK))
	}
	return c, nil
}

// Save writes c in the place of the record that it was read from; ok is false
// when somebody else was first. A flow that runs has no record.
func Save(ctx context.Context, t table.Table, c Control) (saved Control, ok bool, err error) {
	still := table.ItemAbsent()
	if c.Edition > 0 {
		still = table.Equal(edition, c.Edition)
	}
	if c.Edition++; c.State == Running {
		_, err = t.Write(ctx, table.Delete(key(c.Flow), still))
	} else {
		doc, bad := json.Marshal(c)
		if bad != nil {
			return c, false, bad
		}
		_, err = t.Write(ctx, table.Put(table.Item{table.PK: controls, table.SK: c.Flow, docAttr: doc, stateAttr: string(c.State), edition: c.Edition}, still))
	}
	if table.IsConditionFailed(err) {
		return c, false, nil
	}
	return c, err == nil, err
}

// still makes a transaction depend on the state that a control was read in.
func (c Control) still() table.Op {
	return table.Check(key(c.Flow), table.Equal(stateAttr, string(c.State)))
}

// Budget is how many orders may go on at a time: the rate's share of the time
// since the last ones, a minute at most.
func (c Control) Budget(now time.Time) int {
	return int(float64(c.Rate) * min(now.Sub(c.Drained), time.Minute).Seconds())
}
