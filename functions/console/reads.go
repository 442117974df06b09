package console

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

// OrderRow is one line of the order list.
type OrderRow struct {
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	Channel    string       `json:"channel"`
	State      order.State  `json:"state"`
	Reason     order.Reason `json:"reason"`
	Locations  []string     `json:"locations"`
	Trackings  []string     `json:"trackings"`
	Exceptions int          `json:"exceptions"`
	ReceivedAt string       `json:"receivedAt"`
	ChangedAt  string       `json:"changedAt"`
	Seconds    float64      `json:"seconds"` // from received to the last change
}

// OrderDetail is one order with its journey.
type OrderDetail struct {
	Document   order.Document        `json:"document"`
	Status     order.Status          `json:"status"`
	Journal    []store.Entry         `json:"journal"`
	Exceptions []exception.Exception `json:"exceptions"` // open ones
	Runs       []string              `json:"runs"`       // names of its executions
}

func rowOf(r store.Record) OrderRow {
	row := OrderRow{
		ID: r.Status.Order, Name: r.Document.Name, Channel: r.Document.Channel, State: r.Status.State, Reason: r.Status.Reason,
		Locations: []string{}, Trackings: []string{}, Exceptions: len(r.Status.OpenExceptions),
		ReceivedAt: r.Status.ReceivedAt.Format("2006-01-02T15:04:05Z"), ChangedAt: r.Status.ChangedAt.Format("2006-01-02T15:04:05Z"),
		Seconds: r.Status.ChangedAt.Sub(r.Status.ReceivedAt).Seconds(),
	}
	for _, f := range r.Status.FulfillmentOrders {
		row.Locations = append(row.Locations, f.Location)
		for _, sh := range f.Shipments {
			for _, t := range sh.Trackings {
				row.Trackings = append(row.Trackings, t.Number)
			}
		}
	}
	return row
}

func (s site) rows(ctx context.Context, req fn.Request) ([]OrderRow, string, error) {
	limit, err := strconv.Atoi(req.Query["limit"])
	if err != nil || limit < 1 || limit > maxListed {
		limit = maxListed
	}
	var records []store.Record
	var next string
	if name := req.Query["name"]; name != "" {
		records, err = s.orders.Resolve(ctx, name)
	} else {
		records, next, err = s.orders.List(ctx, limit, req.Query["after"])
	}
	if err != nil {
		return nil, "", err
	}
	rows := make([]OrderRow, len(records))
	for i, r := range records {
		rows[i] = rowOf(r)
	}
	return rows, next, nil
}

func (s site) orderList(ctx context.Context, req fn.Request) (fn.Response, error) {
	rows, next, err := s.rows(ctx, req)
	if err != nil {
		return fn.Response{}, err
	}
	return fn.JSON(200, map[string]any{"orders": rows, "next": next})
}

// detail finds an order by id or by the channel's order name; of several with
// the same name the newest.
func (s site) detail(ctx context.Context, name string) (OrderDetail, error) {
	found, err := s.orders.Resolve(ctx, name)
	if err != nil {
		return OrderDetail{}, err
	}
	r := found[0]
	d := OrderDetail{Document: r.Document, Status: r.Status, Exceptions: []exception.Exception{}, Runs: []string{}}
	if d.Journal, err = s.orders.Journal(ctx, r.Status.Order); err != nil {
		return d, err
	}
	for _, id := range r.Status.OpenExceptions {
		e, err := exception.Load(ctx, s.orders.Table, id)
		if err != nil {
			return d, err
		}
		d.Exceptions = append(d.Exceptions, e)
	}
	for _, id := range slices.Sorted(maps.Keys(r.Status.Runs)) {
		n := r.Status.Runs[id]
		for run := 1; run <= n; run++ {
			d.Runs = append(d.Runs, flow.RunName(r.Status.Order, id, run))
		}
	}
	return d, nil
}

func (s site) orderDetail(ctx context.Context, name string) (fn.Response, error) {
	d, err := s.detail(ctx, name)
	if err != nil {
		return fn.Response{}, err
	}
	return fn.JSON(200, d)
}

// statsOrders bounds what the counts look at.
const statsOrders = 2000

// Stats counts the newest orders by what they need.
type Stats struct {
	Received  int  `json:"received"`
	InFlight  int  `json:"inFlight"`
	Shipped   int  `json:"shipped"`
	Canceled  int  `json:"canceled"`
	Attention int  `json:"attention"` // open exceptions, holds and messages in error
	Truncated bool `json:"truncated"` // there are more orders than were counted
}

func (s site) stats(ctx context.Context) (fn.Response, error) {
	var st Stats
	after := ""
	for st.Received < statsOrders {
		records, next, err := s.orders.List(ctx, maxListed, after)
		if err != nil {
			return fn.Response{}, err
		}
		for _, r := range records {
			st.count(r.Status)
		}
		if after = next; next == "" {
			break
		}
	}
	st.Truncated = after != ""
	failed, err := s.box.Failures(ctx, maxListed)
	if err != nil {
		return fn.Response{}, err
	}
	st.Attention += len(failed)
	return fn.JSON(200, st)
}

func (st *Stats) count(s order.Status) {
	st.Received++
	switch {
	case len(s.OpenExceptions) > 0 || s.State == order.OnHold: // also a shipped order that the shop knows nothing of
		st.Attention++
	case s.State == order.Completed:
		st.Shipped++
	case s.State == order.Canceled:
		st.Canceled++
	default:
		st.InFlight++
	}
}
