package trial

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/orderloom/orderloom/functions/providers"
	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table"
)

// call is what a function of a step is asked, as far as the trial looks at it.
type call struct {
	flow.StepInput
	Await *flow.Await `json:"await"`
	Token string      `json:"token"`
}

// invoke runs the function of a task, or answers in its place.
func (s *sandbox) invoke(ctx context.Context, function string, payload []byte) ([]byte, *engine.TaskError) {
	var c call
	_ = json.Unmarshal(payload, &c) // the payload of any other function has no order
	r := s.runs[c.Order]
	if r == nil {
		return nil, failure(fault.New(fault.Internal, "%s is called for no order of the trial", function))
	}
	ctx, meter := table.WithMeter(ctx)
	s.waits(c)
	result, err := s.result(ctx, function, c, payload)
	r.units.Add(meter.Write() + meter.Index())
	if err != nil {
		return nil, err
	}
	s.snapshot(c.Key, r, c.FulfillmentOrder)
	s.follow(r, function, c)
	return result, nil
}

// waits remembers who waits on a token.
func (s *sandbox) waits(c call) {
	if c.Await == nil {
		return
	}
	s.mu.Lock()
	s.tokens[c.Await.Token] = c.Key
	s.mu.Unlock()
}

// deciding are the functions of which a step calls one, and that Answers are about;
// the others record what came of it.
var deciding = []string{"orders/apply-policies", "orders/create-fulfillment-orders", "orders/set-fields", "orders/raise-event", "sourcing/assign", "inventory/reserve"}

func (s *sandbox) result(ctx context.Context, function string, c call, payload []byte) ([]byte, *engine.TaskError) {
	f, known := s.lambda.Find(function)
	stub := !known || outer(f.ID)
	a, step := s.answers[c.Step], s.steps[c.Step]
	if step != nil && (stub || slices.Contains(deciding, f.ID)) {
		if a.Failure != nil && s.fails(c, a.Failure.Times) {
			return nil, failure(fault.New(a.Failure.Code, "%s", messageOf(a.Failure)))
		}
		if a.Result != nil {
			return a.Result, nil
		}
	}
	if stub {
		return madeUp(f, payload), nil
	}
	if f.ID == "inventory/reserve" {
		if err := s.stockUp(ctx, c.Order); err != nil {
			return nil, failure(err)
		}
	}
	out, failed := s.one(ctx, s.runs[c.Order], function, payload)
	if failed != nil {
		return nil, taskError(*failed)
	}
	return out, nil
}

// one invokes one function for an order at a time: whoever comes second would
// have to try again, and an order would cost now more, now less.
func (s *sandbox) one(ctx context.Context, r *run, function string, payload []byte) ([]byte, *fn.LambdaError) {
	r.turn.Lock()
	defer r.turn.Unlock()
	return s.lambda.Invoke(ctx, function, payload)
}

// outer reports whether a function belongs to a provider.
func outer(id string) bool {
	for _, p := range providers.All() {
		if slices.ContainsFunc(p.Functions, func(f fn.Function) bool { return f.ID == id }) {
			return true
		}
	}
	return false
}

// fails reports whether this attempt is one of those that fail.
func (s *sandbox) fails(c call, times int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed[c.Order+c.Step+c.FulfillmentOrder]++
	return times == 0 || s.failed[c.Order+c.Step+c.FulfillmentOrder] <= times
}

func messageOf(f *Failure) string {
	if f.Message != "" {
		return f.Message
	}
	return "the answers of the trial say so"
}

func failure(err error) *engine.TaskError { return taskError(fn.Failed(err)) }

func taskError(failed fn.LambdaError) *engine.TaskError {
	text, _ := json.Marshal(failed) // two strings always encode
	return &engine.TaskError{Error: failed.ErrorType, Cause: string(text)}
}

// madeUp is the result of a function that is not called: of its declared type,
// with what its input has under the same name, and otherwise without anything
// but texts that say where they come from.
func madeUp(f fn.Function, payload []byte) []byte {
	var result, input map[string]any
	if f.Result != nil {
		zero, _ := json.Marshal(reflect.New(reflect.TypeOf(f.Result)).Elem().Interface()) // results of functions always encode
		_ = json.Unmarshal(zero, &result)                                                 // one that is no object stays empty
	}
	_ = json.Unmarshal(payload, &input) // the engine wrote it
	out := map[string]any{}
	for name, value := range result {
		if given, ok := input[name]; ok {
			value = given
		} else if value == "" {
			value = "trial"
		}
		out[name] = value
	}
	text, _ := json.Marshal(out) // it was JSON
	return text
}
