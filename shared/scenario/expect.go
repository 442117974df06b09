package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// expect checks one fact now:
//
//	expect order NAME STATE / REASON
//	expect line NAME N STATE / REASON      or: expect line NAME N ordered=Q
//	expect record NAME STATE / REASON
//	expect messages N CODE TEXT            so many messages in error, whose text each has
//	expect exception NAME STEP CODE        exactly one, with cause and data
//	expect exceptions NAME N
//	expect hold NAME STEP                  exactly one step holds it
//	expect event NAME EVENT TEXT           an event whose payload contains the text
//	expect runs NAME N
//	expect warehouse NAME N                orders created at the warehouse, once each
//	expect shop NAME N                     shipments the shop was told of
//	expect tags NAME a,b                   of the shop's order; or none
//	expect message TOPIC CODE              one message of the topic is in error
//	expect desk NAME N [TEXT]              webhooks about the order that contain the text, once each
//	expect stock SKU LOCATION free=Q reserved=Q
func (r *runner) expect(what string, args []string) error {
	if len(args) < 2 {
		return errors.New("arguments are missing")
	}
	switch what {
	case "stock":
		return r.expectStock(args)
	case "message":
		return r.expectMessage(args[0], args[1])
	case "messages":
		return r.expectMessages(args)
	}
	d, err := r.detail(args[0])
	if err != nil {
		return err
	}
	rest := strings.Join(args[1:], " ")
	switch what {
	case "order", "record":
		return same(d.standing(), rest)
	case "line":
		return d.expectLine(args[1:])
	case "exception":
		return d.expectException(args[1:])
	case "hold":
		return d.expectHold(rest)
	case "exceptions":
		return same(strconv.Itoa(len(d.Exceptions)), rest)
	case "event":
		return d.expectEvent(args[1], strings.Join(args[2:], " "))
	case "runs":
		return same(strconv.Itoa(len(d.Runs)), rest)
	case "desk":
		return same(strconv.Itoa(r.told(d, strings.Join(args[2:], " "))), args[1])
	case "warehouse":
		if err := r.sentOnce(d); err != nil {
			return err
		}
		return same(strconv.Itoa(r.atWarehouse(d)), rest)
	case "tags":
		return same(cmp.Or(strings.Join(r.world.Tags(r.orders[args[0]]), ","), "none"), rest)
	case "shop":
		return same(strconv.Itoa(r.world.Reports(r.orders[args[0]])), rest)
	}
	return errors.New("nothing to expect by that name")
}

// atWarehouse counts an order's fulfillment orders that the warehouse knows.
func (r *runner) atWarehouse(d detail) int {
	known := 0
	for _, f := range d.Status.FulfillmentOrders {
		if r.world.Warehouse.Knows(f.ID) {
			known++
		}
	}
	return known
}

// sentOnce compares what the warehouse has with what it was to get: an order
// that was sent twice stands there under two keys.
func (r *runner) sentOnce(asked detail) error {
	known := r.atWarehouse(asked)
	for name := range r.orders {
		if name == asked.Document.Name {
			continue
		}
		d, err := r.detail(name)
		if err != nil {
			return err
		}
		known += r.atWarehouse(d)
	}
	if n := r.world.Warehouse.Created(); n != known {
		return fmt.Errorf("the warehouse has %d orders for %d fulfillment orders", n, known)
	}
	return nil
}

// told counts what the service desk was told of an order.
func (r *runner) told(d detail, text string) int {
	n := 0
	for _, post := range r.world.Desk.Told() {
		if strings.Contains(post, d.Status.Order) && strings.Contains(post, text) {
			n++
		}
	}
	return n
}

func same(got, want string) error {
	if got != want {
		return fmt.Errorf("it is: %s", got)
	}
	return nil
}

func (d detail) expectLine(args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 1 || n > len(d.Status.Lines) {
		return fmt.Errorf("order has %d lines", len(d.Status.Lines))
	}
	l, want := d.Status.Lines[n-1], strings.Join(args[1:], " ")
	if strings.HasPrefix(want, "ordered=") {
		return same(fmt.Sprintf("ordered=%d", l.Ordered), want)
	}
	return same(fmt.Sprintf("%s / %s", l.State, l.Reason), want)
}

func (d detail) expectException(args []string) error {
	if len(d.Exceptions) != 1 {
		return fmt.Errorf("%d open exceptions", len(d.Exceptions))
	}
	e := d.Exceptions[0]
	if e.Cause == "" || len(e.Data) == 0 || e.Category == "" {
		return fmt.Errorf("it does not explain itself: %+v", e)
	}
	return same(e.Step+" "+e.Error, strings.Join(args, " "))
}

func (d detail) expectHold(step string) error {
	if len(d.Status.Holds) != 1 {
		return fmt.Errorf("%d steps hold it", len(d.Status.Holds))
	}
	return same(d.Status.Holds[0].Step, step)
}

func (d detail) expectEvent(name, text string) error {
	for _, entry := range d.Journal {
		for _, e := range entry.Events {
			if e.Name == name && strings.Contains(string(e.Payload), text) {
				return nil
			}
		}
	}
	return errors.New("no such event")
}

func (r *runner) expectStock(args []string) error {
	var out struct {
		Stock []struct {
			Location       string
			Free, Reserved int64
		}
	}
	if err := r.get("/api/stock/"+args[0], &out); err != nil {
		return err
	}
	for _, s := range out.Stock {
		if s.Location == args[1] {
			return same(fmt.Sprintf("free=%d reserved=%d", s.Free, s.Reserved), strings.Join(args[2:], " "))
		}
	}
	return errors.New("no such stock")
}
