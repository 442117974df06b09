package world_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/stock"
	"github.com/orderloom/orderloom/shared/table"
)

// life opens a world on a folder and ends it with the function returned, so
// that a test can begin another one there.
func life(t *testing.T, o world.Options) (w *world.World, end func()) {
	t.Helper()
	o.ShipAfter = time.Hour
	w, err := world.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ended := false
	end = func() {
		if ended {
			return
		}
		ended = true
		if err := w.Close(); err != nil {
			t.Errorf("closing the world: %v", err)
		}
	}
	t.Cleanup(end)
	return w, end
}

func onHand(t *testing.T, w *world.World, sku string) int64 {
	t.Helper()
	levels, err := stock.Levels(t.Context(), w.Host.Deps().Table, sku)
	if err != nil || len(levels) != 1 {
		t.Fatalf("stock of %s: %v %v", sku, levels, err)
	}
	return levels[0].OnHand
}

func TestADataFolderIsSeededOnce(t *testing.T) {
	t.Parallel()
	o := world.Options{Dir: t.TempDir(), Clock: clock.NewManual(start)}
	w, end := life(t, o)
	if got := onHand(t, w, "LAMP-RARE"); got != 1 {
		t.Fatalf("%d lamps on hand at first", got)
	}
	receipt := []byte(`{"key":"receipt-1","lines":[{"sku":"LAMP-RARE","location":"Chicago","quantity":4}]}`)
	if err := w.Post(t.Context(), "/api/stock", nil, receipt); err != nil {
		t.Fatal(err)
	}
	end()
	w, end = life(t, o)
	if got := onHand(t, w, "LAMP-RARE"); got != 5 {
		t.Errorf("%d lamps on hand after a restart instead of 5", got)
	}
	// A seeding that broke off before its mark is done again, and books nothing twice.
	if _, err := w.Host.Deps().Table.Write(t.Context(), table.Delete(table.Key{PK: "SEED", SK: "DEMO"})); err != nil {
		t.Fatal(err)
	}
	end()
	w, _ = life(t, o)
	if got := onHand(t, w, "LAMP-RARE"); got != 5 {
		t.Errorf("%d lamps on hand after a second seeding instead of 5", got)
	}
}

func TestInstancesFollowTheFakesToTheirNewAddress(t *testing.T) {
	t.Parallel()
	o := world.Options{Dir: t.TempDir(), Clock: clock.NewManual(start)}
	var before string
	for range 2 {
		w, end := life(t, o)
		if w.Fakes.URL == before {
			t.Fatal("both lives have the same port; the test shows nothing")
		}
		before = w.Fakes.URL
		for id, path := range map[string]string{world.DemoShop: "/demo-shop", world.LabShop: "/lab-shop", world.Warehouse: "/shipstation"} {
			in, err := provider.Load(t.Context(), w.Host.Deps().Table, id)
			if err != nil || in.Parameters["baseUrl"] != w.Fakes.URL+path {
				t.Errorf("%s is at %q (%v), its service at %s", id, in.Parameters["baseUrl"], err, w.Fakes.URL+path)
			}
		}
		end()
	}
}

// TestWhatIsUnderWaySurvivesARestart, although the shop and the warehouse of the
// demo keep everything in memory: one order is at the warehouse, one has shipped
// in part.
func TestWhatIsUnderWaySurvivesARestart(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	o := world.Options{Dir: t.TempDir(), Clock: c, Manual: true}
	w, end := life(t, o)
	samples := world.Samples(start)
	both := samples[len(samples)-1] // 110 from Seattle and 10 from Chicago
	for _, s := range []world.Sample{samples[0], both} {
		if err := w.Place(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	is := func(name string, ok func(order.Status) bool) func() bool {
		return func() bool {
			d := w.Host.Deps()
			found, err := store.Store{Table: d.Table, Blobs: d.Blobs, Now: c.Now}.Resolve(t.Context(), name)
			return err == nil && ok(found[0].Status)
		}
	}
	sent := func(s order.Status) bool {
		return len(s.FulfillmentOrders) > 0 && !slices.ContainsFunc(s.FulfillmentOrders, func(f order.FulfillmentOrder) bool { return f.Remote == "" })
	}
	if !w.Drive(t.Context(), time.Hour, func() bool { return is(samples[0].Name, sent)() && is(both.Name, sent)() }) {
		t.Fatal("the orders do not reach the warehouse")
	}
	var part string
	is(both.Name, func(s order.Status) bool { part = s.FulfillmentOrders[0].ID; return true })()
	if err := w.Fakes.Warehouse.Ship(t.Context(), part, ""); err != nil {
		t.Fatal(err)
	}
	reported := func(s order.Status) bool {
		return slices.ContainsFunc(s.FulfillmentOrders, func(f order.FulfillmentOrder) bool { return len(f.Shipments) > 0 && f.Shipments[0].Reported })
	}
	if !w.Drive(t.Context(), time.Hour, is(both.Name, reported)) {
		t.Fatal("the first shipment is not reported")
	}
	end()

	o.Manual = false // this warehouse ships by itself
	w, _ = life(t, o)
	shipped := func(s order.Status) bool { return s.State == order.Completed }
	if !w.Drive(t.Context(), 24*time.Hour, func() bool { return is(samples[0].Name, shipped)() && is(both.Name, shipped)() }) {
		t.Fatal("the orders do not end after a restart")
	}
	if n := w.Fakes.Warehouse.Stats(); n.Created+n.Updated != 0 {
		t.Errorf("the warehouse was sent orders again: %+v", n)
	}
	for _, s := range []world.Sample{samples[0], both} {
		is(s.Name, func(st order.Status) bool {
			for _, f := range st.FulfillmentOrders {
				if len(f.Shipments) != 1 {
					t.Errorf("%s left in %d shipments", f.ID, len(f.Shipments))
				}
			}
			return true
		})()
	}
}

func TestASecondWorldOnAFolderLeavesTheFirstAlone(t *testing.T) {
	t.Parallel()
	o := world.Options{Dir: t.TempDir(), Clock: clock.NewManual(start)}
	w, end := life(t, o)
	if _, err := world.Open(t.Context(), o); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a second one on the same folder: %v", err)
	}
	at, err := world.Running(o.Dir)
	if err != nil || at.Console != w.Host.URL() {
		t.Errorf("the first one cannot be found any more: %+v %v", at, err)
	}
	end()
	if _, err := world.Running(o.Dir); !fault.Is(err, fault.NotFound) {
		t.Errorf("after its end: %v", err)
	}
}

// A world that was killed leaves its addresses behind; nobody is there.
func TestAddressesOfTheDeadAreNotBelieved(t *testing.T) {
	t.Parallel()
	for _, left := range []string{`{"console":"http://127.0.0.1:1"}`, `{"console":`, ``, `{}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "run.json"), []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		if at, err := world.Running(dir); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %+v %v", left, at, err)
		}
	}
}

// SAM CLI overrides only variables that the template declares; what else stands
// in the file would silently not reach the function, which would then call AWS.
func TestSAMEnvNamesOnlyVariablesOfTheTemplate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, _ := life(t, world.Options{Dir: dir, Clock: clock.NewManual(start)})
	data, err := os.ReadFile(filepath.Join(dir, "sam-env.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]string
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, f := range w.Host.Template().Functions {
		for name := range all[f.LogicalID] {
			if _, ok := f.Environment[name]; !ok {
				t.Errorf("%s: its template declares no %s", f.LogicalID, name)
			}
		}
		if got := all[f.LogicalID]["AWS_ENDPOINT_URL"]; got != w.Host.AWSURL() {
			t.Errorf("%s would call %q", f.LogicalID, got)
		}
	}
}

// A web page may send requests to any port of its visitor's machine, and reach
// it under a name of its own.
func TestWebPagesDoNotSteerTheFakes(t *testing.T) {
	t.Parallel()
	w, _ := life(t, world.Options{Dir: t.TempDir(), Clock: clock.NewManual(start)})
	for _, c := range []struct {
		host, origin string
		want         int
	}{{"", "", http.StatusNoContent}, {"rebound.example.com", "", http.StatusForbidden}, {"", "https://example.com", http.StatusForbidden}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Fakes.URL+"/shipstation/_fake/fail", strings.NewReader(`{"status":503,"times":0}`))
		if err != nil {
			t.Fatal(err)
		}
		if req.Host = c.host; c.origin != "" {
			req.Header.Set("Origin", c.origin)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != c.want {
			t.Errorf("host %q, origin %q: answered %d instead of %d", c.host, c.origin, res.StatusCode, c.want)
		}
	}
}
