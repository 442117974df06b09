package entities

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// SetFields does what a step sets without asking a policy.
var SetFields = fn.Function{
	ID:       "entities/set-fields",
	Summary:  "Set fields of a record to values or copies of other fields",
	Input:    flow.SetInput{},
	Result:   flow.StepResult{},
	Failures: append([]fn.Failure{{Code: fault.Invalid, Meaning: "the entity has no such field, or it cannot be set"}}, changing...),
	Example:  flow.SetInput{StepInput: exampleStep("mark"), Entity: "example", Set: json.RawMessage(`[{"set":"example.desk","value":"express"}]`)},
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.Task(func(ctx context.Context, in flow.SetInput) (flow.StepResult, error) { return setFields(ctx, s, in) })
	},
}

// setDone says what was set on a record; it is kept in the journal.
type setDone struct {
	Actions []policy.Action `json:"actions,omitempty"` // with their values
	Skipped []string        `json:"skipped,omitempty"` // why others were not done
}

func setFields(ctx context.Context, s opened, in flow.SetInput) (flow.StepResult, error) {
	return changeStep(ctx, s, in.StepInput, func(r *store.Record) (event.Event, error) {
		actions, err := actionsOf(r.Entity, in)
		if err != nil {
			return event.Event{}, err
		}
		var did setDone
		did.Actions, did.Skipped = policy.Do(actions, r.Look(s.Now()))
		for _, a := range did.Actions {
			r.Entity.Act(&r.Status, a)
		}
		return event.Event{Name: r.Entity.Event(entity.Enriched), Payload: encode(map[string]any{"set": did})}, nil
	})
}

// changeStep raises one event on a record that is not canceled, once for the
// step's key, and answers with the facts that the step is asked for.
func changeStep(ctx context.Context, s opened, in flow.StepInput, what func(*store.Record) (event.Event, error)) (flow.StepResult, error) {
	if s.err != nil {
		return flow.StepResult{}, s.err
	}
	res, err := s.Change(ctx, in.Order, in.Key, in.Step, func(r *store.Record) (store.Change, error) {
		if err := store.Alive(r); err != nil {
			return store.Change{}, err
		}
		e, err := what(r)
		return store.Change{Events: []event.Event{e}}, err
	})
	if err != nil {
		return flow.StepResult{}, err
	}
	return stepResult(res.Record, in, s.Now()), nil
}

// actionsOf reads the actions, which the compiler has checked.
func actionsOf(e *entity.Entity, in flow.SetInput) ([]policy.Action, error) {
	data, err := json.Marshal(map[string]json.RawMessage{"set": in.Set})
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "reading what to set").On(in.Order, "set")
	}
	p := jsondoc.Parse(data)
	var actions []policy.Action
	if p.Root != nil {
		actions = policy.ParseActions(p, p.Root, "set", event.Entity(in.Entity), e.Custom())
	}
	if problems := p.Problems(); len(problems) > 0 {
		return nil, fault.Wrap(problems, fault.Invalid, "reading what to set").On(in.Order, "set")
	}
	return actions, nil
}
