package trial

import (
	"cmp"
	"context"
	"strings"

	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/order"
)

// Waiting is what an order waits for at the end.
type Waiting struct {
	Step             string   `json:"step,omitempty"`
	FulfillmentOrder string   `json:"fulfillmentOrder,omitempty"`
	For              string   `json:"for"` // exception, hold, approval or a signal such as stock
	Error            string   `json:"error,omitempty"`
	Cause            string   `json:"cause,omitempty"`
	Why              []string `json:"why,omitempty"`
}

// waiting lists what an order waits for.
func (s *sandbox) waiting(ctx context.Context, status order.Status) ([]Waiting, error) {
	var all []Waiting
	for _, id := range status.OpenExceptions {
		e, err := exception.Load(ctx, s.orders.Table, id)
		if err != nil {
			return nil, err
		}
		all = append(all, Waiting{Step: e.Step, FulfillmentOrder: e.FulfillmentOrder, For: "exception", Error: e.Error, Cause: e.Cause, Why: e.Why()})
	}
	for _, h := range status.Holds {
		all = append(all, Waiting{Step: h.Step, For: string(h.Kind), Cause: cmp.Or(h.Reason, h.Question)})
	}
	for _, signal := range status.Waits {
		kind, about, _ := strings.Cut(signal, "/")
		if kind != "exception" && kind != "hold" {
			all = append(all, Waiting{For: kind, Cause: about})
		}
	}
	return all, nil
}
