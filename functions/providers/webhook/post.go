package webhook

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/provider"
)

// PostParameters are the step's own parameters.
type PostParameters struct {
	Path string              `json:"path,omitempty"` // below the instance's baseUrl
	Body policy.TemplateText `json:"body"`
}

// Posted is the payload of OrderNotified.
type Posted struct {
	Instance string `json:"instance"`
	Path     string `json:"path,omitempty"`
}

// Post posts JSON about an order. The receiver tells by the idempotency key what
// it was posted before: an answer that gets lost is asked for again.
var Post = fn.Function{
	ID:       "webhook/post",
	Summary:  "Post signed JSON about an order, made from a template, to an address of your own",
	Input:    flow.ActionInput{},
	Result:   Posted{},
	Failures: talking,
	Example: flow.ActionInput{
		StepInput:  flow.StepInput{Order: exampleOrder, Run: exampleOrder + "-marketplace-split-1", Step: "tell", Key: "tell#0"},
		Instance:   "service-desk",
		Parameters: json.RawMessage(`{"path":"/orders","body":{"text":"Order {{order.name}} is on its way"}}`),
	},
	Timeout:    30 * time.Second,
	New:        func(d fn.Deps) fn.Handler { return provider.Action(d, post) },
	Implements: []fn.Capability{fn.Notification},
	Parameters: PostParameters{},
}

func post(ctx context.Context, c provider.Call) (Posted, error) {
	in, err := fn.Decode[PostParameters](c.Parameters)
	if err != nil {
		return Posted{}, err
	}
	return Posted{c.Instance.ID, in.Path}, send(ctx, c, in, nil)
}
