package intake

import (
	"context"
	"log/slog"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
)

// Webhook takes what outside services send.
var Webhook = fn.Function{
	ID:      "intake/webhook",
	Summary: "Verify a delivery over its raw bytes, keep it once, and announce it",
	Trigger: fn.Trigger{Routes: []fn.Route{
		{Method: "POST", Path: "/hooks/{instance}"},
		{Method: "POST", Path: "/hooks/{instance}/{secret}"},
	}},
	Failures: []fn.Failure{
		{Code: fault.Unauthorized, Meaning: "signature or credentials do not verify"},
		{Code: fault.NotFound, Meaning: "no active provider instance of that id"},
		{Code: fault.TooLarge, Meaning: "the body exceeds 5 MB or is nested too deeply"},
		{Code: fault.Invalid, Meaning: "the body is not JSON, or of a topic nobody handles"},
	},
	Example: fn.ExampleRequest("POST", "/hooks/demo-shop", map[string]string{"instance": "demo-shop"}, `{"id":1001,"name":"#1001"}`),
	Timeout: 10 * time.Second,
	New:     cataloged,
}

type webhook struct {
	deps     fn.Deps
	box      inbox.Box
	handlers handlersOf
}

// Accepted is the body of a 202.
type Accepted struct {
	Message   string `json:"message"`
	Duplicate bool   `json:"duplicate,omitempty"` // it was here already; nothing was stored
}

func newWebhook(d fn.Deps, handlers handlersOf) fn.Handler {
	w := webhook{deps: d, box: boxOf(d), handlers: handlers}
	return fn.HTTP(nil, func(ctx context.Context, req fn.Request) (fn.Response, error) {
		out, err := w.receive(ctx, req)
		if err != nil {
			w.log(ctx, req.Params["instance"], err)
			return fn.Response{}, err
		}
		return fn.JSON(202, out)
	})
}

// receive checks in the order in which a stranger learns least: size, then
// address, then proof. Only who proves to be the sender hears what is wrong
// with the document, and only then anything is written.
func (w webhook) receive(ctx context.Context, req fn.Request) (Accepted, error) {
	if n := len(req.Body); n > inbox.MaxBodyBytes {
		return Accepted{}, fault.New(fault.TooLarge, "body of %d bytes; at most %d are taken", n, inbox.MaxBodyBytes)
	}
	instance, handlers, err := w.address(ctx, req.Params["instance"])
	if err != nil {
		return Accepted{}, err
	}
	handler, topic, known := choose(handlers, req)
	if err := w.verify(ctx, instance, proofs(handlers, handler, known), req); err != nil {
		return Accepted{}, err
	}
	if err := checkJSON(req.Body); err != nil {
		return Accepted{}, err
	}
	if !known {
		return Accepted{}, fault.New(fault.Invalid, "provider %q takes no messages of this topic", instance.Provider).On("", "topic").Got(topic).Do("Remove the subscription at the sender")
	}
	m, err := message(instance, handler, topic, req)
	if err != nil {
		return Accepted{}, err
	}
	stored, err := w.box.Receive(ctx, m, req.Body)
	return Accepted{Message: m.ID, Duplicate: !stored}, err
}

// address finds who the delivery is for. Unknown, inactive and deaf instances
// answer alike.
func (w webhook) address(ctx context.Context, id string) (provider.Instance, []inbox.Handler, error) {
	none := fault.New(fault.NotFound, "no provider instance takes messages at this address")
	instance, err := provider.Load(ctx, w.deps.Table, id)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return instance, nil, none
	}
	if err != nil {
		return instance, nil, err
	}
	handlers, ok := w.handlers(instance.Provider)
	if !ok {
		w.deps.Log.ErrorContext(ctx, "the provider of an instance is not in the catalog", "instance", id, "provider", instance.Provider)
	}
	if !instance.Active || !ok || len(handlers) == 0 {
		return instance, nil, none
	}
	return instance, handlers, nil
}

// proofs are the verifications of which one must hold: the handler's own, or
// any of the provider's when no handler takes the topic.
func proofs(all []inbox.Handler, chosen inbox.Handler, known bool) []inbox.Verification {
	if known {
		all = []inbox.Handler{chosen}
	}
	var list []inbox.Verification
	for _, h := range all {
		list = append(list, h.Verification)
		if h.Alternative != nil {
			list = append(list, *h.Alternative)
		}
	}
	return list
}

// log keeps what operators need of a refusal: never the body, a header or a
// part of the address.
func (w webhook) log(ctx context.Context, instance string, err error) {
	level, text := slog.LevelInfo, fault.Code(err)
	if fn.Status(text) >= 500 {
		level, text = slog.LevelError, err.Error()
	}
	w.deps.Log.Log(ctx, level, "delivery refused", "instance", instance, "error", text)
}
