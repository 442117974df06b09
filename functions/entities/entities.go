// Package entities holds the functions that change records of declared entities
// (package entity); no other function does, but for the answers to exceptions,
// whose route is that of orders. The functions keep the contract of those that
// change orders, so that a flow is compiled alike; "order" is the record's id.
package entities

import (
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
)

// exampleRecord stands in the examples: on a fresh system there is no such
// record, so they show the answer to an unknown id.
const exampleRecord = "rec_01JZZZZZZZZZZZZZZZZZZZZZZZ"

// exampleStep is what the examples of steps have in common.
func exampleStep(step string) flow.StepInput {
	return flow.StepInput{Order: exampleRecord, Run: exampleRecord + "-example-1", Step: step, Key: step + "#0"}
}

// changing lists what every function that changes a record may report. The codes
// are those of orders: machines match them.
var changing = []fn.Failure{
	{Code: fault.Conflict, Meaning: "others kept changing the record", Retry: true},
	{Code: fault.NotFound, Meaning: "no such record"},
	{Code: fault.NotTransitable, Meaning: "the record's state does not allow it"},
	{Code: fault.OrderCanceled, Meaning: "the record was canceled meanwhile"},
	{Code: fault.Misconfigured, Meaning: "the record's entity is declared no more"},
}

// opened is the store, or why it cannot be opened.
type opened struct {
	store.Store
	err error
}

func storeOf(d fn.Deps) opened {
	all, err := registry.Entities()
	return opened{store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Entities: all}, err}
}

// stepResult answers with the facts of the record.
func stepResult(r store.Record, in flow.StepInput, now time.Time) flow.StepResult {
	return flow.StepResult{Version: r.Status.Version, Facts: policy.FactsOf(r.Look(now), in.Want)}
}

// encode is for our own structs of texts, numbers and times, which always encode.
func encode(v any) json.RawMessage {
	data, _ := json.Marshal(v)
	return data
}
