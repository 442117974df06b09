package shipstationtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// shipment is one parcel.
type shipment struct {
	id       int64
	order    *record
	at       time.Time
	tracking string
	lines    []packed
}

type packed struct {
	item     Item
	quantity int
}

// pack takes lines off what is open and returns the parcel; s.mu is held. It
// refuses more than is open and changes nothing then.
func (s *Server) pack(rec *record, lines []Line) (shipment, error) {
	left := append([]int{}, rec.open...)
	sh := shipment{order: rec, at: s.opts.Clock.Now()}
	for _, l := range lines {
		i := rec.find(l)
		if i < 0 || l.Quantity <= 0 || l.Quantity > left[i] {
			return sh, fmt.Errorf("order %s has no %d of line %q%s to ship", rec.order.Number, l.Quantity, l.LineItemKey, l.SKU)
		}
		left[i] -= l.Quantity
		sh.lines = append(sh.lines, packed{rec.order.Items[i], l.Quantity})
	}
	if len(sh.lines) == 0 {
		return sh, fmt.Errorf("order %s has nothing left to ship", rec.order.Number)
	}
	sh.id = s.id()
	sh.tracking = fmt.Sprintf("9400%018d", sh.id)
	rec.open = left
	if len(rec.all()) == 0 {
		rec.order.Status = "shipped"
	}
	s.stats.Shipments++
	return sh, nil
}

func (rec *record) find(l Line) int {
	for i, it := range rec.order.Items {
		if l.LineItemKey == it.LineItemKey || (l.LineItemKey == "" && l.SKU == it.SKU) {
			return i
		}
	}
	return -1
}

// all lists what is open.
func (rec *record) all() []Line {
	var lines []Line
	for i, n := range rec.open {
		if n > 0 {
			lines = append(lines, Line{LineItemKey: rec.order.Items[i].LineItemKey, Quantity: n})
		}
	}
	return lines
}

// listShipments answers GET /shipments?batchId=…, page by page.
func (s *Server) listShipments(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	batch, err := strconv.ParseInt(q.Get("batchId"), 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, "batchId is not a number")
		return
	}
	size := min(number(q.Get("pageSize"), 100), 500)
	if s.opts.PageSize > 0 {
		size = min(size, s.opts.PageSize)
	}
	page := number(q.Get("page"), 1)
	s.mu.Lock()
	all := s.batches[batch]
	list := []map[string]any{}
	for i := (page - 1) * size; i < min(page*size, len(all)); i++ {
		list = append(list, s.document(all[i], strings.EqualFold(q.Get("includeShipmentItems"), "true")))
	}
	s.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{
		"shipments": list, "total": len(all), "page": page, "pages": (len(all) + size - 1) / size,
	})
}

func number(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1e6 {
		return otherwise
	}
	return n
}

func (s *Server) document(sh shipment, items bool) map[string]any {
	at := sh.at.In(s.zone)
	doc := map[string]any{
		"shipmentId": sh.id, "orderId": sh.order.order.ID, "orderKey": sh.order.order.Key, "orderNumber": sh.order.order.Number,
		"createDate": at.Format("2006-01-02T15:04:05.0000000"), "shipDate": at.Format(time.DateOnly),
		"trackingNumber": sh.tracking, "carrierCode": "stamps_com", "serviceCode": "usps_priority_mail",
		"voided": false, "voidDate": nil, "shipmentItems": nil,
	}
	if !items {
		return doc
	}
	list := make([]map[string]any, len(sh.lines))
	for i, p := range sh.lines {
		list[i] = map[string]any{"lineItemKey": p.item.LineItemKey, "sku": p.item.SKU, "name": p.item.Name, "quantity": p.quantity}
	}
	doc["shipmentItems"] = list
	return doc
}

// AtMost packs parcels of at most n units per line: 110 become 60 + 50 with n = 60.
func AtMost(n int) func(Order) [][]Line {
	return func(o Order) [][]Line {
		var parcels [][]Line
		for _, it := range o.Items {
			for i := 0; it.Quantity > 0; i++ {
				if i == len(parcels) {
					parcels = append(parcels, nil)
				}
				take := min(n, it.Quantity)
				parcels[i] = append(parcels[i], Line{LineItemKey: it.LineItemKey, Quantity: take})
				it.Quantity -= take
			}
		}
		return parcels
	}
}
