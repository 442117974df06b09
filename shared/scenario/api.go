package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

// detail is what GET /api/orders/{name} answers.
type detail struct {
	Document   order.Document
	Status     order.Status
	Journal    []store.Entry
	Exceptions []exception.Exception
	Runs       []string

	commands string // path below which commands are posted
}

func (d detail) standing() string { return fmt.Sprintf("%s / %s", d.Status.State, d.Status.Reason) }

func (r *runner) detail(name string) (detail, error) {
	if r.records[name] {
		return r.recordDetail(name)
	}
	var d detail
	err := r.get("/api/orders/"+url.PathEscape(strings.TrimPrefix(name, "#")), &d)
	d.commands = "/api/orders/" + d.Status.Order
	return d, err
}

func (r *runner) get(path string, out any) error {
	res, err := r.world.Client.Get(r.world.URL + path)
	if err != nil {
		return err
	}
	return answer(res, out)
}

// parallel is how many equal requests are under way at once.
const parallel = 16

// post sends a request n times; every answer must be a success.
func (r *runner) post(path string, header map[string]string, body []byte, n int) error {
	errs := make(chan error, n)
	slots := make(chan struct{}, parallel)
	var wg sync.WaitGroup
	for range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			req, err := http.NewRequest(http.MethodPost, r.world.URL+path, bytes.NewReader(body))
			if err != nil {
				errs <- err
				return
			}
			for k, v := range header {
				req.Header.Set(k, v)
			}
			res, err := r.world.Client.Do(req)
			if err == nil {
				err = answer(res, nil)
			}
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func answer(res *http.Response, out any) error {
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %s", res.Status, data)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(data, out)
}

// goldens describes all orders of the scenario, by name.
func (r *runner) goldens() (path, record string, err error) {
	var names []string
	for name := range r.orders {
		names = append(names, name)
	}
	for name := range r.records {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		d, err := r.detail(name)
		if err != nil {
			return "", "", err
		}
		path += d.path(name)
		record += d.record(name)
	}
	return path, record, nil
}

// path lists the events by record. Records that move at the same time, such as
// two fulfillment orders, have no order among each other.
func (d detail) path(name string) string {
	byRecord := map[string][]string{}
	var records []string
	for _, entry := range d.Journal {
		for _, e := range entry.Events {
			who := d.title(name, e)
			if byRecord[who] == nil {
				records = append(records, who)
			}
			byRecord[who] = append(byRecord[who], e.Name)
		}
	}
	slices.Sort(records)
	var b strings.Builder
	for _, who := range records {
		fmt.Fprintf(&b, "%s: %s\n", who, strings.Join(byRecord[who], " → "))
	}
	return b.String()
}

func (d detail) title(name string, e event.Event) string {
	switch e.Entity {
	case event.Line:
		for i, l := range d.Status.Lines {
			if l.ID == e.EntityID {
				return fmt.Sprintf("%s line %d", name, i+1)
			}
		}
	case event.FulfillmentOrder:
		if f := d.Status.FulfillmentOrder(e.EntityID); f != nil {
			return fmt.Sprintf("%s fulfillment order %s", name, f.Location)
		}
	}
	return name
}

func (d detail) record(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", name, d.standing())
	for i, l := range d.Status.Lines {
		fmt.Fprintf(&b, "%s line %d: %s / %s, ordered %d, reserved %d, shipped %d, canceled %d", name, i+1, l.State, l.Reason, l.Ordered, l.Reserved, l.Shipped, l.Canceled)
		if l.Location != "" {
			fmt.Fprintf(&b, ", %s", l.Location)
		}
		b.WriteByte('\n')
	}
	for _, f := range d.Status.FulfillmentOrders {
		fmt.Fprintf(&b, "%s fulfillment order %s: %s / %s\n", name, f.Location, f.State, f.Reason)
		for _, sh := range f.Shipments {
			var lines []string
			for _, l := range sh.Lines {
				lines = append(lines, fmt.Sprintf("%d of %s", l.Quantity, l.Line))
			}
			fmt.Fprintf(&b, "%s shipment %d from %s: %s, reported %t\n", name, sh.Number, f.Location, strings.Join(lines, ", "), sh.Reported)
		}
	}
	return b.String()
}
