package orders

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order/store"
)

// RunCancellation asks to cancel all orders that a flow runs for.
type RunCancellation struct {
	Confirm int    `json:"confirm,omitempty"` // how many they are; without it they are counted
	After   string `json:"after,omitempty"`   // goes on behind this order, see RunCanceled.Next
	Reason  string `json:"reason,omitempty"`
}

// RunCanceled says what became of them. Orders that are on their way to a
// customer cannot be canceled and finish.
type RunCanceled struct {
	Running  int      `json:"running"`        // orders that the flow ran for
	Canceled int      `json:"canceled"`       // 0 when they were only counted
	Refused  []string `json:"refused"`        // those that cannot be canceled any more
	Left     int      `json:"left"`           // not looked at yet
	Next     string   `json:"next,omitempty"` // ask again for those behind it, with their number
}

// CancelRunning cancels the orders that a flow runs for, a separate act from
// stopping it.
var CancelRunning = fn.Function{
	ID:       "orders/cancel-running",
	Summary:  "Count the orders that a flow runs for and, when the number is confirmed, cancel them",
	Trigger:  fn.Trigger{Routes: []fn.Route{{Method: "POST", Path: "/api/flows/{id}/cancel-orders"}}},
	Failures: changing,
	Example:  fn.ExampleRequest("POST", "/api/flows/lab/cancel-orders", map[string]string{"id": "lab"}, `{"reason":"the flow was wrong"}`),
	Timeout:  30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		c := canceler{storeOf(d), registry.New(d.Table), d.States}
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			var in RunCancellation
			if err := fn.DecodeBody(req, &in); err != nil {
				return fn.Response{}, err
			}
			out, err := c.cancel(ctx, req.Params["id"], in)
			if err != nil {
				return fn.Response{}, err
			}
			return fn.JSON(200, out)
		})
	},
}

type canceler struct {
	store  store.Store
	flows  registry.Registry
	states fn.States
}

// maxCanceled is how many orders one request cancels; the caller asks again.
const maxCanceled = 200

func (c canceler) cancel(ctx context.Context, id string, in RunCancellation) (RunCanceled, error) {
	out := RunCanceled{Refused: []string{}}
	running, err := c.running(ctx, id, in.After)
	if err != nil {
		return out, err
	}
	out.Running, out.Left = len(running), len(running)
	if in.Confirm == 0 {
		return out, nil
	}
	if in.Confirm != len(running) {
		return out, fault.New(fault.Conflict, "the flow runs for %d orders, not %d", len(running), in.Confirm).On(id, "confirm").Got(in.Confirm).Do("Look which they are, then confirm their number")
	}
	some := running[:min(len(running), maxCanceled)]
	for _, order := range some {
		_, err = cancelOrder(ctx, c.store, order, "cancel/flow/"+id, in.Reason)
		switch {
		case err == nil:
			out.Canceled++
		case fault.Is(err, fault.NotTransitable), fault.Is(err, fault.NotFound):
			out.Refused = append(out.Refused, order)
		default:
			return out, err
		}
		out.Left--
	}
	if out.Left > 0 {
		out.Next = some[len(some)-1]
	}
	return out, nil
}

// running lists the orders behind after that a flow runs for, by id.
func (c canceler) running(ctx context.Context, id, after string) ([]string, error) {
	l, err := c.flows.Flow(ctx, id)
	if err != nil {
		return nil, err
	}
	all := map[string]bool{}
	for q := (fn.ExecutionQuery{Machine: l.Machine, Running: true}); ; {
		names, next, err := c.states.Executions(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			order, _, _ := strings.Cut(name, "-")
			if flow.OfRun(name) == id && order > after {
				all[order] = true
			}
		}
		if q.After = next; next == "" {
			return slices.Sorted(maps.Keys(all)), nil
		}
	}
}
