package world

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/functions/providers/shipstation/shipstationtest"
	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/functions/providers/webhook/webhooktest"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/local/host"
	"github.com/orderloom/orderloom/shared/scenario"
)

// defaultSKU of a scenario's orders: there is always enough of it.
const defaultSKU = "LAB-WIDGET"

// Scenario is the world as scenarios drive it, with orders from one of its shops
// unless they say another.
func (w *World) Scenario(ctx context.Context, usual string) scenario.World {
	placed := w.opts.Clock.Now()
	of := func(o scenario.Order) string { return cmp.Or(o.Shop, usual) }
	return scenario.World{
		URL: w.Host.URL(), Client: w.client,
		Document: func(topic string, o scenario.Order) (string, map[string]string, []byte) {
			body, shop := document(topic, o, placed), of(o)
			_ = w.Fakes.Shops[shop].Add(body) // a document that the shop cannot take is for the scenario to see
			return "/hooks/" + shop, w.sign(ctx, shop, topic, body), body
		},
		Sign: func(instance, delivery string, body []byte) (string, map[string]string) {
			return w.signDocument(ctx, instance, delivery, body)
		},
		Warehouse: warehouse{w, ctx},
		FailShop:  func(status, times int) { w.Fakes.Shops[usual].Fail(status, times) },
		Desk:      desk{w.Fakes.Desk},
		Abort:     func(run string) error { return w.Abort(ctx, run) },
		Reports: func(o scenario.Order) int {
			id := gjson.GetBytes(document("orders/create", o, placed), "id").String()
			return len(w.Fakes.Shops[of(o)].Fulfillments(id))
		},
		Tags: func(o scenario.Order) []string {
			return w.Fakes.Shops[of(o)].Tags(gjson.GetBytes(document("orders/create", o, placed), "id").String())
		},
		PutEvent: func(name, order, id string, payload json.RawMessage) error {
			return w.PutEvent(ctx, name, event.Report{ID: id, Channel: channelOf(usual), OrderName: order, Payload: payload})
		},
		Drive: func(horizon time.Duration, done func() bool) bool { return w.Drive(ctx, horizon, done) },
	}
}

// channelOf is the channel of a demo shop's orders.
func channelOf(shop string) string {
	switch shop {
	case LabShop:
		return "lab"
	case WholesaleShop:
		return "wholesale"
	}
	return shop
}

func document(topic string, o scenario.Order, placed time.Time) []byte {
	if o.SKU == "" {
		o.SKU = defaultSKU
	}
	spec := shopifytest.OrderSpec{Name: o.Name, Country: o.Country, CreatedAt: placed, UpdatedAt: placed.Add(o.After), Payment: o.Payment, Tags: o.Tags}
	if o.ShipBy > 0 {
		spec.Attributes = map[string]string{"ship_by": placed.Add(o.ShipBy).UTC().Format(time.RFC3339)}
	}
	if topic == "orders/cancelled" {
		spec.CanceledAt = &spec.UpdatedAt
	}
	for _, q := range o.Lines {
		spec.Lines = append(spec.Lines, shopifytest.LineSpec{SKU: o.SKU, Quantity: q, Digital: o.Digital})
	}
	return shopifytest.Document(spec)
}

// sign makes the headers of a webhook. The same body about the same topic is
// the same event.
func (w *World) sign(ctx context.Context, shop, topic string, body []byte) map[string]string {
	secret, _ := w.Host.Secrets().Get(ctx, secretRef(shop, "hookSecret")) // without it the signature is refused
	return Sign(secret, shop, topic, w.opts.Clock.Now(), body)
}

// Sign makes the headers with which a demo shop sends a webhook.
func Sign(secret, shop, topic string, at time.Time, body []byte) map[string]string {
	sum := sha256.Sum256(append([]byte(topic+"\x00"), body...))
	id := hex.EncodeToString(sum[:12])
	return shopifytest.SignedHeaders(secret, topic, shop+".myshopify.com", "evt-"+id, "whk-"+id, at, body)
}

// Abort stops a run of a flow, "<order>-<flow>-<n>", as an operator can.
func (w *World) Abort(ctx context.Context, run string) error {
	_, id, _ := strings.Cut(run, "-")
	id = id[:max(strings.LastIndex(id, "-"), 0)]
	machine := w.Host.Engine().MachineARN(host.Stack + "-" + id)
	_, err := w.Host.Engine().StopExecution(ctx, strings.Replace(machine, ":stateMachine:", ":execution:", 1)+":"+run, "Operator.Stopped", "stopped by an operator")
	return err
}

// desk is the fake service that is told by webhooks.
type desk struct{ *webhooktest.Server }

func (d desk) Told() []string {
	var all []string
	for _, p := range d.Posts() {
		all = append(all, p.Path+" "+string(p.Body))
	}
	return all
}

// warehouse is the fake fulfillment service in a scenario's words.
type warehouse struct {
	w   *World
	ctx context.Context
}

func (h warehouse) Fail(status, times int) { h.w.Fakes.Warehouse.Fail(status, times) }

func (h warehouse) Hold(on bool) { h.w.Fakes.Warehouse.SetAuto(!on) }

func (h warehouse) Ship(fulfillmentOrder string, quantities map[string]int) error {
	var lines []shipstationtest.Line
	for id, q := range quantities {
		lines = append(lines, shipstationtest.Line{LineItemKey: id, Quantity: q})
	}
	return h.w.Fakes.Warehouse.Ship(h.ctx, fulfillmentOrder, "", lines...)
}

func (h warehouse) Knows(fulfillmentOrder string) bool {
	return h.w.Fakes.Warehouse.Knows(fulfillmentOrder)
}

func (h warehouse) Created() int {
	return h.w.Fakes.Warehouse.Stats().Created
}

// Receive posts a signed webhook of one of the demo's shops.
func (w *World) Receive(ctx context.Context, shop, topic string, body []byte) error {
	return w.Post(ctx, "/hooks/"+shop, w.sign(ctx, shop, topic, body), body)
}
