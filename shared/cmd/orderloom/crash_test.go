package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/orderloom/orderloom/functions/console"
	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/local/secrets"
)

const crashOrders = 200

// TestCrash kills Orderloom with 200 orders in flight, several times, and
// starts it again on the same data: all orders ship, each is at the warehouse
// once and reported to the shop once, and the stock is what was shipped less.
// The fake services run in this process and survive.
func TestCrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "orderloom")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	c := &crash{t: t, dir: filepath.Join(dir, "data"), program: program, port: freePort(t)}
	c.startFakes()
	c.start()
	var sending sync.WaitGroup
	sending.Go(c.send)
	for _, afterShipments := range []int{0, 20, 90, 150} {
		c.until(2*time.Minute, fmt.Sprintf("%d shipments", afterShipments), func() bool {
			return c.fakes.Warehouse.Stats().Shipments >= afterShipments && c.fakes.Warehouse.Stats().Created > 0
		})
		c.kill()
		c.start()
	}
	sending.Wait()
	c.until(3*time.Minute, "all orders fulfilled", func() bool { return c.fulfilled() == crashOrders })
	c.check()
	c.stop()
}

type crash struct {
	t       *testing.T
	dir     string
	program string
	port    int
	fakes   *world.Fakes
	cmd     *exec.Cmd
	log     *os.File
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (c *crash) url() string { return "http://127.0.0.1:" + strconv.Itoa(c.port) }

func (c *crash) startFakes() {
	if err := world.EnsureSecrets(c.dir); err != nil {
		c.t.Fatal(err)
	}
	store, err := secrets.Open(filepath.Join(c.dir, "secrets.json"))
	if err != nil {
		c.t.Fatal(err)
	}
	// The fakes' clock is quick: a notification that meets a dead Orderloom is
	// repeated after a minute of theirs.
	c.fakes, err = world.OpenFakes(c.t.Context(), world.FakeOptions{Clock: clock.NewScaled(60), Secrets: store, ShipAfter: 30 * time.Second})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(c.fakes.Close)
	c.fakes.Deliver(c.url())
}

// start runs the program until it answers. Time passes 20 times as fast there,
// so that sweeps and retries need not be waited for.
func (c *crash) start() {
	var err error
	if c.log, err = os.OpenFile(filepath.Join(c.dir, "out.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.cmd = exec.Command(c.program, "up", "--data", c.dir, "--port", strconv.Itoa(c.port), "--aws-port", "0", "--no-samples", "--speed", "20", "--fakes", c.fakes.URL)
	c.cmd.Stdout, c.cmd.Stderr = c.log, c.log
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.until(30*time.Second, "it answers", func() bool {
		res, err := http.Get(c.url() + "/api/stats")
		if err != nil {
			return false
		}
		defer res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

func (c *crash) kill() {
	if err := c.cmd.Process.Kill(); err != nil {
		c.t.Fatal(err)
	}
	_ = c.cmd.Wait() // it was killed
	c.log.Close()
}

func (c *crash) stop() {
	_ = c.cmd.Process.Signal(os.Interrupt)
	if err := c.cmd.Wait(); err != nil {
		c.t.Errorf("after an interrupt: %v", err)
	}
	c.log.Close()
}

// until waits; when it takes too long the test fails with the program's log.
func (c *crash) until(limit time.Duration, what string, done func() bool) {
	c.t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if done() {
			return
		}
	}
	log, _ := os.ReadFile(filepath.Join(c.dir, "orderloom.log"))
	out, _ := os.ReadFile(filepath.Join(c.dir, "out.log"))
	c.t.Fatalf("waited %v for: %s; %d of %d orders are fulfilled\n%s\n%s", limit, what, c.fulfilled(), crashOrders, tail(out), tail(log))
}

func tail(data []byte) []byte { return data[max(0, len(data)-4000):] }

// send has the shop place the orders; what meets a dead Orderloom it repeats.
func (c *crash) send() {
	begin := time.Now().UTC()
	for i := range crashOrders {
		spec := shopifytest.OrderSpec{
			Name: fmt.Sprintf("#K%03d", i), CreatedAt: begin,
			Lines: []shopifytest.LineSpec{{SKU: "MUG-BLUE", Quantity: 1}, {SKU: "MUG-GREEN", Quantity: 2}},
		}
		_ = c.fakes.Shops[world.DemoShop].Place(context.Background(), "orders/create", shopifytest.Document(spec)) // repeated by the shop
		time.Sleep(20 * time.Millisecond)
	}
}

func (c *crash) get(path string, out any) error {
	res, err := http.Get(c.url() + path)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, out)
}

func (c *crash) orders() []console.OrderRow {
	var all []console.OrderRow
	for after := ""; ; {
		var page struct {
			Orders []console.OrderRow
			Next   string
		}
		if c.get("/api/orders?limit=200&after="+after, &page) != nil {
			return nil
		}
		all = append(all, page.Orders...)
		if after = page.Next; after == "" {
			return all
		}
	}
}

func (c *crash) fulfilled() int {
	n := 0
	for _, o := range c.orders() {
		if standing(o.State, o.Reason) == "Completed / Fulfilled" {
			n++
		}
	}
	return n
}

// check counts at the other end: nothing was lost and nothing done twice.
func (c *crash) check() {
	seen := map[string]int{}
	for _, o := range c.orders() {
		seen[o.Name]++
		if len(o.Trackings) != 1 || o.Exceptions != 0 {
			c.t.Errorf("%s has trackings %v and %d exceptions", o.Name, o.Trackings, o.Exceptions)
		}
	}
	warehouse := c.fakes.Warehouse.Stats()
	if len(seen) != crashOrders || warehouse.Created != crashOrders || warehouse.Shipments != crashOrders {
		c.t.Errorf("%d orders, %d at the warehouse, %d shipments; want %d of each", len(seen), warehouse.Created, warehouse.Shipments, crashOrders)
	}
	shop := c.fakes.Shops[world.DemoShop].Stats()
	if shop.Fulfillments != crashOrders || shop.Refused != 0 {
		c.t.Errorf("the shop was told of %d shipments and refused %d", shop.Fulfillments, shop.Refused)
	}
	c.until(time.Minute, "the shipped goods are off the books", func() bool {
		return c.stock("MUG-BLUE") == 1_000_000-crashOrders && c.stock("MUG-GREEN") == 1_000_000-2*crashOrders
	})
}

// stock is what is on hand of a product in Chicago, or -1 while something of it
// is reserved or the books do not add up.
func (c *crash) stock(sku string) int {
	var out struct {
		Stock []struct {
			Location               string
			OnHand, Reserved, Free int
		}
	}
	if c.get("/api/stock/"+sku, &out) != nil {
		return -1
	}
	for _, l := range out.Stock {
		if l.Location == "Chicago" && l.Reserved == 0 && l.Free == l.OnHand {
			return l.OnHand
		}
	}
	return -1
}
