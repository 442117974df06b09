package shipstation

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/functions/providers/shipstation/shipstationtest"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/provider"
)

// The whole way: sent, shipped in two parcels, notified, fetched, mapped.
func TestShipmentsFindTheirWayBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *shipstationtest.Options) { o.Manual, o.Split = false, shipstationtest.AtMost(60) })
	w.order(t, sample())
	if _, err := w.send(t); err != nil {
		t.Fatal(err)
	}
	var quantities []int
	trackings := map[string]bool{}
	for range 2 {
		w.clock.Advance(time.Hour)
		id := w.note(t)
		fetched, err := run[FetchResult](t, w.deps, FetchShipments, FetchInput{Message: id})
		if err != nil || fetched.Shipments != 1 || fetched.Document != nil {
			t.Fatalf("%+v, %v", fetched, err)
		}
		if _, err := run[ShipmentResult](t, w.deps, ShipmentIn, ShipmentInput{Message: id}); err != nil {
			t.Fatal(err)
		}
		data, err := w.box.Document(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var doc order.Shipments
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		sh := doc.Shipments[0]
		if sh.FulfillmentOrder != foID || sh.Lines[0].Line != "466157049" || sh.Instance != "warehouse" || !sh.ShippedAt.Equal(w.clock.Now()) {
			t.Errorf("shipment = %+v", sh)
		}
		quantities = append(quantities, sh.Lines[0].Quantity)
		trackings[sh.Trackings[0].Number] = true
	}
	if fmt.Sprint(quantities) != "[60 50]" || len(trackings) != 2 {
		t.Errorf("shipped %v with %v", quantities, trackings)
	}
}

func TestAllPagesAreFetchedAndAReplayFetchesAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *shipstationtest.Options) { o.PageSize, o.BaseURL = 3, "https://ssapi6.wms.example" })
	for i := range 7 {
		w.fake.Restore(shipstationtest.Order{Key: fmt.Sprint("fo_x-", i+1), Number: "#7", Items: []shipstationtest.Item{{LineItemKey: "l", Quantity: 1}}})
	}
	if err := w.fake.Ship(t.Context(), "", "#7"); err != nil {
		t.Fatal(err)
	}
	id := w.note(t)
	for range 2 {
		out, err := run[FetchResult](t, w.deps, FetchShipments, FetchInput{Message: id})
		if err != nil || out.Shipments != 7 {
			t.Fatalf("%+v, %v; want 7 shipments of 3 pages", out, err)
		}
	}
}

func TestOnlyOwnAddressesAndOnlyTheirIDsAreTrusted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var asked []string
	w.deps.HTTP = doerFunc(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.String())
		return &http.Response{StatusCode: 200, Request: r, Body: io.NopCloser(strings.NewReader(`{"shipments":[],"pages":0}`))}, nil
	})
	fetch := func(address string) error {
		body := encode(map[string]string{"resource_url": address, "resource_type": "SHIP_NOTIFY"})
		_, err := run[FetchResult](t, w.deps, FetchShipments, FetchInput{Instance: "warehouse", Body: body})
		return err
	}
	for _, address := range []string{
		"https://evil.example/shipments?batchId=1",
		"https://evilwms.example/shipments?batchId=1",
		"https://ssapi.wms.example.evil.example/shipments?batchId=1",
		"https://wms.example/shipments?batchId=1",
		"https://ssapi.wms.example:8443/shipments?batchId=1",
		"https://a:b@ssapi.wms.example/shipments?batchId=1",
		"//evil.example/shipments?batchId=1",
		"http://169.254.169.254/shipments?batchId=1",
		"https://ssapi.wms.example/orders?batchId=1",
		"https://ssapi.wms.example/shipments",
		"https://ssapi.wms.example/shipments?batchId=",
		"https://ssapi.wms.example/shipments?batchId=1%26page=2",
		"https://ssapi.wms.example/shipments?batchId=-1",
		"https://ssapi.wms.example/shipments?batchId=123456789012345678901",
		"%zz", "", "javascript:alert(1)", "\x00",
	} {
		err := fetch(address)
		code(t, address, err, fault.Invalid)
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Field != "resource_url" {
			t.Errorf("%s: the field is %q", address, f.Field)
		}
	}
	if len(asked) != 0 {
		t.Errorf("foreign addresses were followed: %v", asked)
	}
	for _, address := range []string{
		"https://ssapi.wms.example/shipments?batchId=12",
		"https://ssapi6.wms.example/v/shipments?storeID=9&batchId=12&includeShipmentItems=False&page=99&pageSize=1",
		"/shipments?batchId=12",
	} {
		if err := fetch(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, url := range asked {
		if url != "https://ssapi.wms.example/shipments?batchId=12&includeShipmentItems=true&page=1&pageSize=100" {
			t.Errorf("asked for %s", url)
		}
	}
	if len(asked) != 3 {
		t.Errorf("%d requests", len(asked))
	}
}

func TestHostsWithoutADomainMustMatchExactly(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://127.0.0.1:7001", "http://localhost:7001", "http://wms.example:7001"} {
		in := provider.Instance{Parameters: map[string]string{"baseUrl": base}}
		if _, err := batchOf(in, base+"/shipments?batchId=1"); err != nil {
			t.Errorf("%s: %v", base, err)
		}
		for _, other := range []string{"http://10.0.0.1:7001", "http://7.0.0.1:7001", "http://x.localhost:7001", "http://evil.example:7001", "http://127.0.0.1:7002"} {
			if _, err := batchOf(in, other+"/shipments?batchId=1"); err == nil {
				t.Errorf("%s counts as %s", other, base)
			}
		}
	}
}

func TestAnOutageLeavesTheNotificationAsItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.order(t, sample())
	if _, err := w.send(t); err != nil {
		t.Fatal(err)
	}
	if err := w.fake.Ship(t.Context(), foID, ""); err != nil {
		t.Fatal(err)
	}
	id := w.note(t)
	before, _ := w.box.Body(t.Context(), id)
	w.fake.Fail(503, 2)
	for range 2 {
		_, err := run[FetchResult](t, w.deps, FetchShipments, FetchInput{Message: id})
		code(t, "during the outage", err, fault.Unavailable)
	}
	if after, _ := w.box.Body(t.Context(), id); string(after) != string(before) {
		t.Errorf("the notification became %s", after)
	}
	if out, err := run[FetchResult](t, w.deps, FetchShipments, FetchInput{Message: id}); err != nil || out.Shipments != 1 {
		t.Errorf("after the outage: %+v, %v", out, err)
	}
}

func TestAnEmptyBatchIsTriedAgainLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	id := w.message(t, `{"resource_url":"/shipments?batchId=1","resource_type":"SHIP_NOTIFY"}`)
	_, err := run[FetchResult](t, w.deps, FetchShipments, FetchInput{Message: id})
	code(t, "a batch without shipments", err, fault.Unavailable)
	out, err := run[FetchResult](t, w.deps, FetchShipments, FetchShipments.Example)
	if err != nil || out.Shipments != 0 || !strings.Contains(string(out.Document), `"shipments":[]`) {
		t.Errorf("the example: %+v, %v", out, err)
	}
}

func TestFetchBoundsWhatAServiceMayAnswer(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"shipments":[],"pages":51}`:         fault.TooLarge,
		`{"shipments":[],"pages":1000000000}`: fault.TooLarge,
		`{"pages":1}`:                         fault.Refused,
		`{"shipments":null,"pages":1}`:        fault.Refused,
		`{"shipments":{},"pages":1}`:          fault.Refused,
		`{"shipments":[],"pages":"many"}`:     fault.Refused,
		`<html>`:                              fault.Refused,
		`{"shipments":[],"pages":-1}`:         "",
	} {
		w := newWorld(t, nil)
		requests := 0
		w.deps.HTTP = inProcess{http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			requests++
			_, _ = io.WriteString(rw, answer)
		})}
		_, err := run[FetchResult](t, w.deps, FetchShipments, FetchShipments.Example)
		code(t, answer, err, want)
		if requests != 1 {
			t.Errorf("%s: %d requests", answer, requests)
		}
	}
}

func TestFetchSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, c := range []struct {
		in   FetchInput
		want string
	}{
		{FetchInput{Message: "msg_unknown"}, fault.NotFound},
		{FetchInput{Instance: "nobody", Body: json.RawMessage(`{}`)}, fault.NotFound},
		{FetchInput{Instance: "warehouse"}, fault.Invalid},
		{FetchInput{Instance: "warehouse", Body: json.RawMessage(`{"resource_url":7}`)}, fault.Invalid},
		{FetchInput{Instance: "warehouse", Body: json.RawMessage(`[]`)}, fault.Invalid},
	} {
		_, err := run[FetchResult](t, w.deps, FetchShipments, c.in)
		code(t, fmt.Sprintf("%+v", c.in), err, c.want)
	}
	w.install(t, func(in *provider.Instance) { delete(in.Secrets, "apiKey") })
	_, err := run[FetchResult](t, w.deps, FetchShipments, FetchShipments.Example)
	code(t, "without a key", err, fault.Misconfigured)
}
