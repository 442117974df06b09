// Package shopify is the provider for shops that run on Shopify: it maps their
// order webhooks to canonical orders and writes shipments back through the
// fulfillment orders of the GraphQL Admin API.
//
// The shop's order id is our external id and its line item id our line id, so
// nothing has to be looked up on the way back. What changes in the shop's
// document when we write back (fulfillments, fulfillment status) is not part of
// the canonical document: the shop's echo of our own write-back changes nothing.
package shopify

import (
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
)

// Names of the instance's parameters.
const (
	paramAPIVersion  = "apiVersion"
	paramAccessToken = "accessToken"
	paramHookSecret  = "hookSecret"
	paramNextHook    = "hookSecretNext"
)

// DefaultAPIVersion is taken where the instance names none. fulfillmentCreate
// has its present form since 2025-01.
const DefaultAPIVersion = "2026-01"

// Headers of a webhook.
const (
	HeaderSignature   = "X-Shopify-Hmac-Sha256"
	HeaderTopic       = "X-Shopify-Topic"
	HeaderShopDomain  = "X-Shopify-Shop-Domain"
	HeaderEventID     = "X-Shopify-Event-Id"
	HeaderWebhookID   = "X-Shopify-Webhook-Id"
	HeaderTriggeredAt = "X-Shopify-Triggered-At"
)

// Provider is the catalog entry.
var Provider = provider.Provider{
	ID:      "shopify",
	Name:    "Shopify",
	Summary: "Take orders from a Shopify shop and report shipments back to it",
	Service: provider.OrderIntake,
	Parameters: []provider.Parameter{
		{Name: "baseUrl", Title: "Address of the shop, e.g. https://SHOP.myshopify.com", Required: true},
		{Name: paramAPIVersion, Title: "Version of the Admin API", Default: DefaultAPIVersion},
		{Name: paramAccessToken, Title: "Access token of the Admin API", Secret: true, Required: true},
		{Name: paramHookSecret, Title: "Secret that signs webhooks", Secret: true, Required: true},
		{Name: paramNextHook, Title: "Second valid secret, while the first is being changed", Secret: true},
	},
	Lookups:   []string{carrierTable},
	Handlers:  handlers(),
	Functions: []fn.Function{OrderIn, CreateFulfillment, AddTags},
}

// handlers: every topic carries the whole order, so one transformation serves
// all. Topics that a shop sends beside them are verified, kept and left alone.
func handlers() []inbox.Handler {
	all := make([]inbox.Handler, 0, 5)
	for _, topic := range []string{"orders/create", "orders/updated", "orders/paid", "orders/cancelled", "*"} {
		h := inbox.Handler{
			Topic: topic, TopicHeader: HeaderTopic, EventIDHeader: HeaderEventID, MessageID: HeaderWebhookID,
			DocumentHeader: []string{HeaderTopic, HeaderShopDomain, HeaderTriggeredAt},
			Verification: inbox.Verification{
				Scheme: inbox.HMACSHA256, Header: HeaderSignature, Encoding: "base64", Secrets: []string{paramHookSecret, paramNextHook},
			},
			Ignore: topic == "*",
		}
		if !h.Ignore {
			h.Transformation = OrderIn.ID
		}
		all = append(all, h)
	}
	return all
}

// talking lists what a function that asks the shop may report.
var talking = []fn.Failure{
	{Code: fault.Unavailable, Meaning: "the shop is down or throttles", Retry: true},
	{Code: fault.Refused, Meaning: "the shop understood and said no"},
	{Code: fault.Misconfigured, Meaning: "the instance, a parameter or a secret is missing"},
	{Code: fault.NotFound, Meaning: "no such record"},
	{Code: fault.Invalid, Meaning: "a field of the record is missing or wrong"},
}
