package webhook

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/provider"
)

// PredictParameters are the step's own parameters.
type PredictParameters struct {
	PostParameters
	Field string `json:"field,omitempty"` // of the answer that has the score; default score
}

// Predicted is what the model says; the step writes it onto the order.
type Predicted struct {
	Score float64 `json:"score"`
}

// Predict posts what a model needs to know of an order and takes the score out
// of its answer.
var Predict = fn.Function{
	ID:       "webhook/predict",
	Summary:  "Ask the endpoint of a model for a score of an order",
	Input:    flow.ActionInput{},
	Result:   Predicted{},
	Failures: talking,
	Example: flow.ActionInput{
		StepInput:  flow.StepInput{Order: exampleOrder, Run: exampleOrder + "-marketplace-split-1", Step: "risk", Key: "risk#0"},
		Instance:   "service-desk",
		Parameters: json.RawMessage(`{"path":"/models/risk","body":{"total":"{{order.totals.total}}","lines":{"compute":{"field":"order.lineCount"}}}}`),
	},
	Timeout:    30 * time.Second,
	New:        func(d fn.Deps) fn.Handler { return provider.Action(d, predict) },
	Implements: []fn.Capability{fn.Prediction},
	Parameters: PredictParameters{},
}

func predict(ctx context.Context, c provider.Call) (Predicted, error) {
	in, err := fn.Decode[PredictParameters](c.Parameters)
	if err != nil {
		return Predicted{}, err
	}
	var answer map[string]json.RawMessage
	if err := send(ctx, c, in.PostParameters, &answer); err != nil {
		return Predicted{}, err
	}
	field := cmp.Or(in.Field, "score")
	var out Predicted
	if given := answer[field]; given == nil || string(given) == "null" || json.Unmarshal(given, &out.Score) != nil {
		return Predicted{}, fault.New(fault.Refused, "the answer has no number %q", field).On(c.Instance.ID, field).Got(string(answer[field]))
	}
	return out, nil
}
