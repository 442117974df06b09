package shipstation

import (
	"strconv"
	"time"
	_ "time/tzdata" // the service states local times of the US west coast; not every host knows its rules

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
)

const (
	serviceZone = "America/Los_Angeles"
	maxQuantity = 1_000_000_000
)

// mapShipments is the mapping: bytes in, canonical shipments out, nothing else.
// Voided shipments and those of orders that are not ours are left out.
func mapShipments(instance string, body []byte, zone *time.Location) ([]order.Shipment, *fault.Error) {
	all := []order.Shipment{}
	list := gjson.GetBytes(body, "shipments")
	if !gjson.ValidBytes(body) || !list.IsArray() {
		return nil, problem("is not a list", "shipments", list)
	}
	for i, v := range list.Array() {
		at := fieldReader{value: v, path: "shipments." + strconv.Itoa(i)}
		sh, ours := mapShipment(&at, zone)
		if at.problem != nil {
			return nil, at.problem
		}
		if ours {
			sh.Instance = instance
			all = append(all, sh)
		}
	}
	return all, nil
}

func mapShipment(at *fieldReader, zone *time.Location) (sh order.Shipment, ours bool) {
	if at.boolean("voided") {
		return sh, false
	}
	sh.FulfillmentOrder = at.optional("orderKey")
	if order.OrderOfFulfillmentOrder(sh.FulfillmentOrder) == "" {
		return sh, false
	}
	sh.ExternalID = strconv.FormatInt(at.integer("shipmentId"), 10)
	sh.ShippedAt = at.shippedAt(zone)
	sh.Carrier = at.optional("carrierCode")
	sh.CarrierService = at.optional("serviceCode")
	sh.Trackings = []order.Tracking{}
	if number := at.optional("trackingNumber"); number != "" {
		sh.Trackings = append(sh.Trackings, order.Tracking{Number: number})
	}
	index := map[string]int{}
	for _, item := range at.list("shipmentItems") {
		line := order.ShipmentLine{Line: item.text("lineItemKey"), Quantity: int(item.integer("quantity"))}
		if item.problem != nil {
			at.problem = item.problem
			return sh, false
		}
		if i, again := index[line.Line]; again { // one line packed into several boxes
			sh.Lines[i].Quantity += line.Quantity
			continue
		}
		index[line.Line] = len(sh.Lines)
		sh.Lines = append(sh.Lines, line)
	}
	return sh, true
}

// fieldReader reads typed fields of one object and keeps the first problem.
type fieldReader struct {
	value   gjson.Result
	path    string
	problem *fault.Error
}

func (r *fieldReader) fail(text, name string, got gjson.Result) {
	if r.problem == nil {
		r.problem = problem(text, r.path+"."+name, got)
	}
}

func problem(text, path string, got gjson.Result) *fault.Error {
	if !got.Exists() {
		return fault.New(fault.Invalid, "%s is missing", path).On("", path)
	}
	return fault.New(fault.Invalid, "%s %s", path, text).On("", path).Got(got.Raw)
}

// optional returns a string, "" when it is absent or null.
func (r *fieldReader) optional(name string) string {
	v := r.value.Get(name)
	if v.Type != gjson.String && v.Type != gjson.Null {
		r.fail("is not a string", name, v)
	}
	return v.Str
}

func (r *fieldReader) text(name string) string {
	v := r.value.Get(name)
	if v.Type != gjson.String || v.Str == "" {
		r.fail("is not a string with content", name, v)
	}
	return v.Str
}

// integer returns a positive whole number.
func (r *fieldReader) integer(name string) int64 {
	v := r.value.Get(name)
	n, err := strconv.ParseInt(v.Raw, 10, 64)
	if err != nil || n <= 0 || (name == "quantity" && n > maxQuantity) {
		r.fail("is not a positive whole number", name, v)
		return 0
	}
	return n
}

// boolean returns a truth value, false when it is absent or null.
func (r *fieldReader) boolean(name string) bool {
	v := r.value.Get(name)
	if v.Exists() && v.Type != gjson.Null && !v.IsBool() {
		r.fail("is not true or false", name, v)
	}
	return v.Type == gjson.True
}

func (r *fieldReader) list(name string) []*fieldReader {
	v := r.value.Get(name)
	if !v.IsArray() || len(v.Array()) == 0 {
		r.fail("is not a list with entries", name, v)
		return nil
	}
	all := make([]*fieldReader, 0, len(v.Array()))
	for i, e := range v.Array() {
		all = append(all, &fieldReader{value: e, path: r.path + "." + name + "." + strconv.Itoa(i)})
	}
	return all
}

// shippedAt: shipDate says the day, createDate (when the label was made) the
// instant, if it is of that day.
func (r *fieldReader) shippedAt(zone *time.Location) time.Time {
	day, ok := r.date("shipDate", zone)
	if !ok {
		r.fail("is not a date", "shipDate", r.value.Get("shipDate"))
		return time.Time{}
	}
	made, ok := r.date("createDate", zone)
	if ok && made.Format(time.DateOnly) == day.Format(time.DateOnly) && made.After(day) {
		return made.UTC()
	}
	return day.UTC()
}

func (r *fieldReader) date(name string, zone *time.Location) (time.Time, bool) {
	text := r.optional(name)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.In(zone), true
	}
	for _, layout := range []string{"2006-01-02T15:04:05", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
