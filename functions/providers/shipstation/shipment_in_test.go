package shipstation

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
)

func testdata(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Several shipments, one line in two boxes, a label made the day before, one
// without tracking; left out: a voided one and two that are not ours.
func TestFetchedShipmentsBecomeCanonicalOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	id := w.message(t, testdata(t, "shipments.json"))
	out, err := run[ShipmentResult](t, w.deps, ShipmentIn, ShipmentInput{Message: id})
	if err != nil || out.Kind != "shipment" || out.Message != id || out.Document != nil {
		t.Fatalf("%+v, %v", out, err)
	}
	doc, err := w.box.Document(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, doc, "", "  "); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(testdata(t, "shipments.golden.json"), pretty.String()+"\n"); diff != "" {
		t.Error(diff)
	}
	inline, err := run[ShipmentResult](t, w.deps, ShipmentIn, ShipmentInput{Instance: "warehouse", Body: json.RawMessage(testdata(t, "shipments.json"))})
	if err != nil || string(encode(inline.Document)) != string(doc) {
		t.Errorf("inline the same bytes become %s, %v", encode(inline.Document), err)
	}
}

func TestNothingOfOursIsIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, body := range []string{`{"shipments":[]}`, `{"shipments":[{"orderKey":"manual-1"}]}`, `{"shipments":[{"orderKey":"fo_-1"},{"orderKey":"fo_x"},{"orderKey":"fo_x-0"}]}`} {
		id := w.message(t, body)
		out, err := run[ShipmentResult](t, w.deps, ShipmentIn, ShipmentInput{Message: id})
		if err != nil || out.Kind != "ignored" || out.Message != id {
			t.Errorf("%s: %+v, %v", body, out, err)
		}
	}
}

func TestAWrongFieldIsNamedWithItsValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	good := `{"shipments":[{"orderKey":"x"},{"shipmentId":5,"orderKey":"` + foID + `","shipDate":"2026-03-02","voided":false,"trackingNumber":"T","carrierCode":"ups","shipmentItems":[{"lineItemKey":"L","quantity":2}]}]}`
	for _, c := range []struct{ old, new, field, value string }{
		{`"shipmentId":5`, `"shipmentId":"5"`, "shipments.1.shipmentId", `"5"`},
		{`"shipmentId":5`, `"shipmentId":-5`, "shipments.1.shipmentId", `-5`},
		{`"shipmentId":5`, `"shipmentId":5.5`, "shipments.1.shipmentId", `5.5`},
		{`"shipmentId":5,`, ``, "shipments.1.shipmentId", ``},
		{`"` + foID + `"`, `7`, "shipments.1.orderKey", `7`},
		{`"2026-03-02"`, `"02.03.2026"`, "shipments.1.shipDate", `"02.03.2026"`},
		{`"2026-03-02"`, `null`, "shipments.1.shipDate", `null`},
		{`"shipDate":"2026-03-02",`, ``, "shipments.1.shipDate", ``},
		{`"voided":false`, `"voided":"no"`, "shipments.1.voided", `"no"`},
		{`"T"`, `940011`, "shipments.1.trackingNumber", `940011`},
		{`"ups"`, `["ups"]`, "shipments.1.carrierCode", `["ups"]`},
		{`"quantity":2`, `"quantity":"2"`, "shipments.1.shipmentItems.0.quantity", `"2"`},
		{`"quantity":2`, `"quantity":0`, "shipments.1.shipmentItems.0.quantity", `0`},
		{`"quantity":2`, `"quantity":99999999999999999999`, "shipments.1.shipmentItems.0.quantity", `99999999999999999999`},
		{`"lineItemKey":"L"`, `"lineItemKey":null`, "shipments.1.shipmentItems.0.lineItemKey", `null`},
		{`"lineItemKey":"L",`, ``, "shipments.1.shipmentItems.0.lineItemKey", ``},
		{`[{"lineItemKey":"L","quantity":2}]`, `null`, "shipments.1.shipmentItems", `null`},
		{`[{"lineItemKey":"L","quantity":2}]`, `[]`, "shipments.1.shipmentItems", `[]`},
		{`[{"lineItemKey":"L","quantity":2}]`, `["L"]`, "shipments.1.shipmentItems.0.lineItemKey", ``},
	} {
		if !strings.Contains(good, c.old) {
			t.Fatalf("the sample has no %s", c.old)
		}
		id := w.message(t, strings.Replace(good, c.old, c.new, 1))
		_, err := run[ShipmentResult](t, w.deps, ShipmentIn, ShipmentInput{Message: id})
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != fault.Invalid || f.Field != c.field || f.Value != c.value || f.Record != id {
			t.Errorf("%s → %s: %#v, want field %s with value %s", c.old, c.new, err, c.field, c.value)
		}
		if _, err := w.box.Document(t.Context(), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: a document was kept: %v", c.field, err)
		}
	}
	for _, body := range []string{`{}`, `{"shipments":{}}`, `{"resource_url":"u","resource_type":"SHIP_NOTIFY"}`, `[]`, `1`, `"x"`} {
		_, err := run[ShipmentResult](t, w.deps, ShipmentIn, ShipmentInput{Instance: "warehouse", Body: json.RawMessage(body)})
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != fault.Invalid || f.Field != "shipments" {
			t.Errorf("%s: %v", body, err)
		}
	}
	if _, err := run[ShipmentResult](t, w.deps, ShipmentIn, ShipmentInput{Message: "msg_unknown"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown message: %v", err)
	}
}

func TestTheExampleIsAShipment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	out, err := run[ShipmentResult](t, w.deps, ShipmentIn, ShipmentIn.Example)
	if err != nil || out.Kind != "shipment" || len(out.Document.Shipments) != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	if at := out.Document.Shipments[0].ShippedAt; !at.Equal(time.Date(2026, 3, 2, 16, 15, 0, 0, time.UTC)) {
		t.Errorf("shipped at %s; the service states local times of the US west coast", at)
	}
}

func FuzzMapShipments(f *testing.F) {
	f.Add([]byte(`{"shipments":[{"orderKey":"fo_a-1","shipmentId":1,"shipDate":"2026-03-02","shipmentItems":[{"lineItemKey":"l","quantity":1}]}]}`))
	f.Add([]byte(`{"shipments":[[[[{"voided":`))
	f.Add([]byte("\xff"))
	zone, err := time.LoadLocation(serviceZone)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		all, problem := mapShipments("w", body, zone)
		if problem != nil {
			if problem.Code != fault.Invalid || problem.Field == "" || all != nil {
				t.Errorf("%+v with %d shipments", problem, len(all))
			}
			return
		}
		for _, sh := range all {
			if order.OrderOfFulfillmentOrder(sh.FulfillmentOrder) == "" || sh.ExternalID == "0" || len(sh.Lines) == 0 || sh.ShippedAt.IsZero() {
				t.Errorf("incomplete shipment %+v", sh)
			}
			for _, l := range sh.Lines {
				if l.Line == "" || l.Quantity <= 0 {
					t.Errorf("line %+v", l)
				}
			}
		}
	})
}
