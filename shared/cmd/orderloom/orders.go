package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/functions/console"
	"github.com/orderloom/orderloom/shared/order"
)

type ordersCmd struct {
	List    listOrdersCmd   `cmd:"" help:"List orders, newest first."`
	Show    showOrderCmd    `cmd:"" help:"Show one order: path, state and reasons."`
	Export  exportOrdersCmd `cmd:"" help:"Print orders with what happened to them, one JSON document a line, e.g. for flow simulate."`
	Correct correctOrderCmd `cmd:"" help:"Correct a quantity or the country of an order, before its exception is retried."`
	Cancel  cancelOrderCmd  `cmd:"" help:"Cancel an order that was not sent to a warehouse yet."`
	Release answerHoldCmd   `cmd:"" help:"Release an order that its flow holds."`
	Approve answerHoldCmd   `cmd:"" help:"Approve what a flow asks about an order."`
	Reject  answerHoldCmd   `cmd:"" help:"Reject what a flow asks about an order."`
}

type listOrdersCmd struct {
	Limit int `help:"How many at the most." default:"50"`
}

func (c *listOrdersCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var out struct {
		Orders []console.OrderRow `json:"orders"`
	}
	if err := api.call("GET", "/api/orders?limit="+strconv.Itoa(c.Limit), nil, nil, &out); err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out.Orders)
	}
	s.table(orderHeader, orderRows(out.Orders))
	return nil
}

const orderHeader = "ORDER | CHANNEL | LOCATION | STATE | REASON | TRACKING | DURATION"

func orderRows(orders []console.OrderRow) [][]string {
	var rows [][]string
	for _, o := range orders {
		rows = append(rows, []string{
			o.Name, o.Channel, dash(o.Locations), string(o.State), string(o.Reason), dash(o.Trackings), strconv.FormatFloat(o.Seconds, 'f', 0, 64) + " s",
		})
	}
	return rows
}

func dash(all []string) string {
	if len(all) == 0 {
		return "-"
	}
	return strings.Join(all, ", ")
}

type showOrderCmd struct {
	Order string `arg:"" help:"The channel's order name, e.g. '#1001', or an order id."`
}

func (c *showOrderCmd) Run(s *session) error {
	_, d, err := s.order(c.Order)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(d)
	}
	s.show(d)
	return nil
}

// show prints an order as a person reads it: what it is, how it stands, the
// path it took and what waits for somebody.
func (s *session) show(d console.OrderDetail) {
	fmt.Fprintf(s.out, "%s  %s / %s\n", d.Document.Name, d.Status.State, d.Status.Reason)
	fmt.Fprintf(s.out, "%s, channel %s, received %s, changed %s\n", d.Status.Order, d.Document.Channel,
		d.Status.ReceivedAt.Format(clockLayout), d.Status.ChangedAt.Format(clockLayout))
	for _, w := range d.Document.Warnings {
		fmt.Fprintf(s.out, "warning: %s\n", w.Message)
	}
	fmt.Fprintln(s.out, "\nLines")
	sku := map[string]string{}
	for _, l := range d.Document.Lines {
		sku[l.ID] = l.SKU
	}
	for _, l := range d.Status.Lines {
		fmt.Fprintf(s.out, "  %s  %s  ordered %d, reserved %d, shipped %d, canceled %d  %s / %s  %s\n",
			l.ID, sku[l.ID], l.Ordered, l.Reserved, l.Shipped, l.Canceled, l.State, l.Reason, l.Location)
	}
	s.showFulfillment(d.Status.FulfillmentOrders)
	fmt.Fprintln(s.out, "\nPath")
	for _, e := range d.Journal {
		for _, ev := range e.Events {
			fmt.Fprintf(s.out, "  %s  %-28s %s%s\n", e.At.Format(clockLayout), ev.Name, e.Step, because(ev.Payload))
		}
	}
	if len(d.Exceptions)+len(d.Status.Holds) == 0 {
		return
	}
	fmt.Fprintln(s.out, "\nWaits for a person")
	s.showHolds(d)
	for _, e := range d.Exceptions {
		fmt.Fprintf(s.out, "  %s  step %s, %s: %s\n", e.ID, e.Step, e.Error, e.Cause)
		for _, why := range e.Why() {
			fmt.Fprintln(s.out, "     ", why)
		}
		fmt.Fprintln(s.out, "      answers:", e.Answers)
	}
}

func (s *session) showFulfillment(all []order.FulfillmentOrder) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintln(s.out, "\nFulfillment orders")
	for _, f := range all {
		fmt.Fprintf(s.out, "  %s  %s  %s / %s\n", f.ID, f.Location, f.State, f.Reason)
		for _, sh := range f.Shipments {
			var numbers []string
			for _, t := range sh.Trackings {
				numbers = append(numbers, t.Number)
			}
			fmt.Fprintf(s.out, "      shipment %d: %s %s, reported to the shop: %t\n", sh.Number, sh.Carrier, dash(numbers), sh.Reported)
		}
	}
}

const clockLayout = "2006-01-02 15:04:05"

// because shortens an event's payload to what explains it.
func because(payload json.RawMessage) string {
	var p struct {
		ErrorMessage string `json:"errorMessage"`
		Cause        string `json:"cause"`
		Reason       string `json:"reason"`
		Policies     []struct {
			Policy string `json:"policy"`
			Holds  bool   `json:"holds"`
		} `json:"policies"`
	}
	if json.Unmarshal(payload, &p) != nil {
		return ""
	}
	for _, text := range []string{p.ErrorMessage, p.Cause, p.Reason} {
		if text != "" {
			return "  (" + text + ")"
		}
	}
	var seen []string
	for _, r := range p.Policies {
		outcome := "holds"
		if !r.Holds {
			outcome = "does not hold"
		}
		seen = append(seen, r.Policy+" "+outcome)
	}
	if len(seen) == 0 {
		return ""
	}
	return "  (" + strings.Join(seen, ", ") + ")"
}
