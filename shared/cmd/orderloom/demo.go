package main

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/functions/console"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
)

type demoCmd struct {
	Project string `help:"Folder with template.yaml; default: the nearest one above the working folder." type:"path"`
	Keep    string `help:"Keep the demo's data in this folder instead of a temporary one." type:"path"`
}

// demoHorizon is how long, in virtual time, an order of the demo may take.
const demoHorizon = 48 * time.Hour

// Run sends the samples and waits in virtual time for what each is to come to.
func (c *demoCmd) Run(s *session) error {
	dir := c.Keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "orderloom-demo-"); err != nil {
			return fault.Wrap(err, fault.Internal, "making a temporary folder")
		}
		defer os.RemoveAll(dir)
	}
	begin := time.Now()
	start := begin.UTC().Truncate(time.Second)
	w, err := world.Open(s.ctx, world.Options{Dir: dir, Project: c.Project, Clock: clock.NewManual(start), ShipAfter: 2 * time.Hour})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "an Orderloom for the demo is up after %.1f s; sending the sample orders\n", time.Since(begin).Seconds())
	missing, err := c.run(s, w, world.Samples(start))
	if closeErr := w.Close(); err == nil {
		err = closeErr
	}
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("not as expected: %s", strings.Join(missing, "; "))
	}
	return err
}

// run returns what did not become of the samples.
func (c *demoCmd) run(s *session, w *world.World, samples []world.Sample) (missing []string, err error) {
	begin := time.Now()
	for _, sample := range samples {
		if err := w.Place(s.ctx, sample); err != nil {
			return nil, fmt.Errorf("sending %s: %w", sample.Name, err)
		}
	}
	api := &client{s: s, at: world.Endpoints{Console: w.Host.URL()}, http: httpClient()}
	w.Drive(s.ctx, demoHorizon, func() bool {
		missing = api.unfinished(samples)
		return len(missing) == 0
	})
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	var out struct {
		Orders []console.OrderRow `json:"orders"`
	}
	if err := api.call("GET", "/api/orders", nil, nil, &out); err != nil {
		return nil, err
	}
	place := map[string]int{} // as they were sent: virtual time stood still meanwhile
	for i, sample := range samples {
		place[sample.Name] = i
	}
	slices.SortFunc(out.Orders, func(a, b console.OrderRow) int { return cmp.Compare(place[a.Name], place[b.Name]) })
	s.table(orderHeader, orderRows(out.Orders))
	fmt.Fprintf(s.out, "%d orders in %.1f s; their durations are in virtual time\n", len(out.Orders), time.Since(begin).Seconds())
	return missing, nil
}

// unfinished lists the samples that are not where they are to end.
func (c *client) unfinished(samples []world.Sample) (missing []string) {
	for _, sample := range samples {
		var d struct {
			Status order.Status `json:"status"`
		}
		if err := c.call("GET", "/api/orders/"+url.PathEscape(sample.Name), nil, nil, &d); err != nil {
			missing = append(missing, sample.Name+" is not there")
		} else if at := standing(d.Status.State, d.Status.Reason); at != sample.Want {
			missing = append(missing, fmt.Sprintf("%s is %s instead of %s", sample.Name, at, sample.Want))
		}
	}
	return missing
}
