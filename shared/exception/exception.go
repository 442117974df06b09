// Package exception keeps the list of what went wrong beyond its retries and
// waits for a person's answer.
package exception

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table"
)

// Category says who can usually mend it.
type Category string

const (
	Policy   Category = "policy"   // a critical policy does not hold: correct the order
	Action   Category = "action"   // an outside service failed: mend or wait for the service
	Step     Category = "step"     // one of our own steps could not do its work
	Platform Category = "platform" // a run ended without an answer: timeouts, limits, defects
)

// State of an exception.
type State string

const (
	Open   State = "open"
	Closed State = "closed"
)

// Exception is one entry of the list.
type Exception struct {
	ID               string          `json:"id"`
	Order            string          `json:"order"`            // or the id of a record of a declared entity
	Entity           event.Entity    `json:"entity,omitempty"` // of that record; empty for an order
	Name             string          `json:"name"`             // the channel's order name
	FulfillmentOrder string          `json:"fulfillmentOrder,omitempty"`
	Line             string          `json:"line,omitempty"`
	Run              string          `json:"run"`
	Step             string          `json:"step"`
	Category         Category        `json:"category"`
	Error            string          `json:"error"`
	Cause            string          `json:"cause"`          // one sentence
	Data             json.RawMessage `json:"data,omitempty"` // the fault: field, value, policy rows, remedy
	Answers          []flow.Answer   `json:"answers"`
	Signal           string          `json:"signal,omitempty"` // empty when no execution waits any more
	RaisedAt         time.Time       `json:"raisedAt"`
	State            State           `json:"state"`
	Answer           string          `json:"answer,omitempty"`
}

const listPartition, sk, docAttr, stateAttr = "EXCEPTIONS", "EXCEPTION", "doc", "state"

// ID derives an exception's id from the key of the step that failed, so that
// raising it twice is raising it once.
func ID(order, key string) string {
	sum := sha256.Sum256([]byte(order + "\x00" + key))
	return "exc_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

// Signal is the name under which the execution of a failed step waits for the
// answer, and the key of the change that raises its exception.
func Signal(key string) string { return "exception/" + key }

// EndedKey is the key of the change that notes that a run ended without success.
func EndedKey(run string) string { return "ended/" + run }

// RaisedIn reports whether an exception was raised in a run, whatever became of it.
func RaisedIn(ctx context.Context, s store.Store, order, run string) (bool, error) {
	if bad, err := s.Began(ctx, order, Signal(run+"#")); err != nil || bad {
		return bad, err
	}
	return s.Done(ctx, order, EndedKey(run))
}

// Categorize sorts a failure code.
func Categorize(code string) Category {
	switch prefix, _, _ := strings.Cut(code, "."); prefix {
	case "Policy":
		return Policy
	case "Provider":
		return Action
	case "States", "Lambda", "Orderloom":
		return Platform
	}
	return Step
}

func key(id string) table.Key { return table.Key{PK: "EXCEPTION#" + id, SK: sk} }

// Put writes an exception; an open one is on the list.
func Put(e Exception, conds ...table.Cond) (table.Op, error) {
	doc, err := json.Marshal(e)
	if err != nil {
		return table.Op{}, fault.Wrap(err, fault.Internal, "encoding exception %s", e.ID)
	}
	item := table.Item{table.PK: key(e.ID).PK, table.SK: sk, docAttr: doc, stateAttr: string(e.State)}
	if e.State == Open {
		item[table.GSI2PK], item[table.GSI2SK] = listPartition, e.RaisedAt.Format(table.SortableTime)+"#"+e.ID
	}
	return table.Put(item, conds...), nil
}

// Close takes an open exception off the list with its answer.
func Close(e Exception, answer string) (table.Op, error) {
	e.State, e.Answer = Closed, answer
	return Put(e, table.Equal(stateAttr, string(Open)))
}

// EndedWith closes those of a record's open exceptions that the execution of an
// ended run waited on: nobody hears their answers any more. What raises it for the
// whole run has no signal and stays.
func EndedWith(ctx context.Context, t table.Table, open []string, run string) (ended []Exception, ops []table.Op, err error) {
	for _, id := range open {
		e, err := Load(ctx, t, id)
		if err != nil {
			return nil, nil, err
		}
		if e.Run != run || e.Signal == "" {
			continue
		}
		op, err := Close(e, "ended with its run")
		if err != nil {
			return nil, nil, err
		}
		ended, ops = append(ended, e), append(ops, op)
	}
	return ended, ops, nil
}

// Load reads one exception.
func Load(ctx context.Context, t table.Table, id string) (Exception, error) {
	var e Exception
	if id == "" {
		return e, fault.New(fault.Invalid, "an exception id is missing")
	}
	item, err := t.Get(ctx, key(id))
	if err != nil {
		return e, err
	}
	if item == nil {
		return e, fault.New(fault.NotFound, "no exception %q", id)
	}
	return e, json.Unmarshal(item.Bytes(docAttr), &e)
}

// List returns the open exceptions, oldest first.
func List(ctx context.Context, t table.Table, limit int) ([]Exception, error) {
	page, err := t.Query(ctx, table.Query{Index: table.GSI2, PK: listPartition, Limit: limit})
	if err != nil {
		return nil, err
	}
	var all []Exception
	for _, hit := range page.Items {
		e, err := Load(ctx, t, strings.TrimPrefix(hit.Str(table.PK), "EXCEPTION#"))
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if e.State == Open { // the index may lag behind
			all = append(all, e)
		}
	}
	return all, nil
}
