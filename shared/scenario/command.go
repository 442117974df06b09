package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How long a scenario waits in virtual time: for something to happen, and for
// all to have happened.
const (
	horizon = 12 * time.Hour
	calm    = 2 * time.Hour
)

// runner carries a scenario's orders by name.
type runner struct {
	world    World
	orders   map[string]Order
	receipts int // posted so far

	documents map[string][]byte
	records   map[string]bool // names of records of declared entities
}

// Run runs a scenario and returns the goldens of what came to be.
func Run(w World, s Script) (path, record string, err error) {
	r := &runner{world: w, orders: map[string]Order{}, documents: s.Documents, records: map[string]bool{}}
	for _, step := range s.Steps {
		if err := r.run(step.Args); err != nil {
			return "", "", fmt.Errorf("line %d: %s: %w", step.Line, strings.Join(step.Args, " "), err)
		}
	}
	return r.goldens()
}

// run executes one command:
//
//	send TOPIC NAME [shop=INSTANCE] [country=CC] [lines=Q,Q] [sku=SKU] [after=DURATION] [digital=yes] [tags=TAG,TAG] [payment=STATUS] [ship-by=DURATION]
//	repeat N send …
//	post INSTANCE FILE NAME [delivery=ID] [PATH=VALUE…]   a document of a declared entity, see record.go
//	repeat N post …
//	until NAME STATE / REASON      wait in virtual time; also: until NAME exception
//	idle                           let two hours pass
//	pass DURATION                  let that time pass
//	retry NAME                     answer the order's exception with reprocess
//	skip NAME                      answer it with skip
//	cancel NAME                    cancel the order
//	release|approve|reject NAME    answer the step that holds the order
//	correct NAME lines=Q,Q         correct its quantities
//	abort NAME                     stop the order's latest run
//	shop fail STATUS TIMES         the next calls fail
//	desk fail STATUS TIMES         the next webhooks are refused
//	stock SKU LOCATION QUANTITY    post a receipt
//	ship NAME LOCATION LINE:Q…     the warehouse ships
//	warehouse hold                 nothing ships by itself
//	warehouse fail STATUS TIMES    the next calls fail
//	put EVENT NAME ID PAYLOAD      an outside system puts an event in
//	replay [TOPIC]                 process all messages in error again, or the one of that topic
//	expect WHAT NAME …             see expect.go
func (r *runner) run(args []string) error {
	if len(args) < 2 && args[0] != "idle" && args[0] != "replay" {
		return errors.New("arguments are missing")
	}
	switch args[0] {
	case "send":
		return r.send(args[1:], 1)
	case "repeat":
		n, err := strconv.Atoi(args[1])
		if err != nil || len(args) < 4 || args[2] != "send" && args[2] != "post" {
			return errors.New("want: repeat N send …, or repeat N post …")
		}
		if args[2] == "post" {
			return r.postDocument(args[3:], n)
		}
		return r.send(args[3:], n)
	case "post":
		return r.postDocument(args[1:], 1)
	case "until":
		return r.until(args[1], strings.Join(args[2:], " "))
	case "idle":
		r.world.Drive(calm, func() bool { return false })
		return nil
	case "pass":
		return r.pass(args[1])
	case "release", "approve", "reject":
		return r.command(args[1], args[0], `{"by":"scenario","reason":"looked at"}`)
	case "retry", "skip":
		return r.answer(args[1], args[0])
	case "cancel":
		return r.command(args[1], args[0], `{"reason":"scenario"}`)
	case "correct":
		return r.correct(args[1:])
	case "abort":
		return r.abort(args[1])
	case "shop":
		return failing("shop", args[1:], r.world.FailShop)
	case "desk":
		return failing("desk", args[1:], r.world.Desk.Fail)
	case "stock":
		return r.stock(args[1:])
	case "put":
		return r.put(args[1:])
	case "replay":
		if len(args) > 1 {
			return r.replay(args[1])
		}
		return r.replayAll()
	case "ship":
		return r.ship(args[1:])
	case "warehouse":
		return r.warehouse(args[1:])
	case "expect":
		return r.expect(args[1], args[2:])
	}
	return errors.New("unknown command")
}

func (r *runner) send(args []string, times int) error {
	if len(args) < 2 {
		return errors.New("want: send TOPIC NAME …")
	}
	topic, o := args[0], Order{Name: args[1], Country: "US", Lines: []int{1}}
	for _, a := range args[2:] {
		key, value, _ := strings.Cut(a, "=")
		var err error
		switch key {
		case "shop":
			o.Shop = value
		case "country":
			o.Country = value
		case "sku":
			o.SKU = value
		case "tags":
			o.Tags = value
		case "payment":
			o.Payment = value
		case "digital":
			o.Digital = value == "yes"
		case "after":
			o.After, err = time.ParseDuration(value)
		case "ship-by":
			o.ShipBy, err = time.ParseDuration(value)
		case "lines":
			o.Lines, err = quantities(value)
		default:
			err = fmt.Errorf("unknown argument %q", a)
		}
		if err != nil {
			return err
		}
	}
	r.orders[o.Name] = o
	path, header, body := r.world.Document(topic, o)
	return r.post(path, header, body, times)
}

func quantities(list string) ([]int, error) {
	var all []int
	for _, q := range strings.Split(list, ",") {
		n, err := strconv.Atoi(q)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// until waits for "STATE / REASON" or for an open exception.
func (r *runner) until(name, want string) error {
	seen := "no such order"
	ok := r.world.Drive(horizon, func() bool {
		d, err := r.detail(name)
		if err != nil {
			return false
		}
		seen = d.standing()
		return seen == want || (want == "exception" && len(d.Exceptions) > 0)
	})
	if !ok {
		return fmt.Errorf("it is: %s", seen)
	}
	return nil
}

func (r *runner) answer(name, verb string) error {
	d, err := r.detail(name)
	if err != nil {
		return err
	}
	if len(d.Exceptions) != 1 {
		return fmt.Errorf("%d open exceptions", len(d.Exceptions))
	}
	return r.post("/api/exceptions/"+d.Exceptions[0].ID+"/"+verb, nil, nil, 1)
}

func (r *runner) pass(text string) error {
	d, err := time.ParseDuration(text)
	if err == nil {
		r.world.Drive(d, func() bool { return false })
	}
	return err
}

// command is what a person tells an order to do.
func (r *runner) command(name, verb, body string) error {
	d, err := r.detail(name)
	if err != nil {
		return err
	}
	return r.post(d.commands+"/"+verb, nil, []byte(body), 1)
}

func (r *runner) correct(args []string) error {
	list, ok := strings.CutPrefix(strings.Join(args[1:], ""), "lines=")
	wanted, err := quantities(list)
	if !ok || err != nil {
		return errors.New("want: correct NAME lines=Q,Q")
	}
	d, err := r.detail(args[0])
	if err != nil {
		return err
	}
	var lines []string
	for i, q := range wanted[:min(len(wanted), len(d.Status.Lines))] {
		lines = append(lines, fmt.Sprintf(`{"id":%q,"quantity":%d}`, d.Status.Lines[i].ID, q))
	}
	return r.post("/api/orders/"+d.Status.Order+"/correct", nil, []byte(`{"lines":[`+strings.Join(lines, ",")+`]}`), 1)
}

func (r *runner) abort(name string) error {
	d, err := r.detail(name)
	if err != nil {
		return err
	}
	if len(d.Runs) == 0 {
		return errors.New("no run")
	}
	return r.world.Abort(d.Runs[len(d.Runs)-1])
}

func (r *runner) stock(args []string) error {
	if len(args) != 3 {
		return errors.New("want: stock SKU LOCATION QUANTITY")
	}
	r.receipts++ // equal receipts are two receipts
	body := fmt.Sprintf(`{"key":"scenario-%d-%s","lines":[{"sku":%q,"location":%q,"quantity":%s}]}`, r.receipts, strings.Join(args, "-"), args[0], args[1], args[2])
	return r.post("/api/stock", nil, []byte(body), 1)
}

func (r *runner) ship(args []string) error {
	if len(args) < 3 {
		return errors.New("want: ship NAME LOCATION LINE:QUANTITY…")
	}
	d, err := r.detail(args[0])
	if err != nil {
		return err
	}
	for _, f := range d.Status.FulfillmentOrders {
		if f.Location != args[1] {
			continue
		}
		quantities := map[string]int{}
		for _, a := range args[2:] {
			line, q, _ := strings.Cut(a, ":")
			n, err := strconv.Atoi(q)
			if err != nil {
				return err
			}
			if i, err := strconv.Atoi(line); err == nil && i >= 1 && i <= len(d.Status.Lines) {
				line = d.Status.Lines[i-1].ID
			}
			quantities[line] = n
		}
		return r.world.Warehouse.Ship(f.ID, quantities)
	}
	return fmt.Errorf("no fulfillment order at %s", args[1])
}

func (r *runner) warehouse(args []string) error {
	if slices.Equal(args, []string{"hold"}) {
		r.world.Warehouse.Hold(true)
		return nil
	}
	return failing("warehouse", args, r.world.Warehouse.Fail)
}

// failing makes the calls to an outside service fail: fail STATUS TIMES.
func failing(who string, args []string, fail func(status, times int)) error {
	if len(args) == 3 && args[0] == "fail" {
		status, err1 := strconv.Atoi(args[1])
		times, err2 := strconv.Atoi(args[2])
		if err1 == nil && err2 == nil {
			fail(status, times)
			return nil
		}
	}
	return fmt.Errorf("want: %s fail STATUS TIMES", who)
}
