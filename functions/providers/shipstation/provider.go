// Package shipstation is the provider for warehouses that ship with ShipStation
// or speak its V1 API: it sends fulfillment orders there and turns the
// notifications about shipments into canonical shipments.
//
// Our fulfillment order id is ShipStation's orderKey and our order line id its
// lineItemKey, so nothing has to be looked up on the way back.
package shipstation

import (
	"context"
	"encoding/base64"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
)

// Names of the instance's parameters.
const (
	paramAPIKey     = "apiKey"
	paramAPISecret  = "apiSecret"
	paramHookSecret = "hookSecret"
	paramNextHook   = "hookSecretNext"
	// warehousePrefix + location names the ShipStation warehouse of a location.
	warehousePrefix = "warehouse."
)

// Provider is the catalog entry.
var Provider = provider.Provider{
	ID:      "shipstation",
	Name:    "ShipStation",
	Summary: "Send fulfillment orders to warehouses that ship with ShipStation and follow their shipments",
	Service: provider.Fulfillment,
	Parameters: []provider.Parameter{
		{Name: "baseUrl", Title: "Address of the API", Required: true, Default: "https://ssapi.shipstation.com"},
		{Name: paramAPIKey, Title: "API key", Secret: true, Required: true},
		{Name: paramAPISecret, Title: "API secret", Secret: true, Required: true},
		{Name: paramHookSecret, Title: "Secret at the end of the webhook's address", Secret: true, Required: true},
		{Name: paramNextHook, Title: "Second valid secret, while the first is being changed", Secret: true},
		{Name: warehousePrefix + "*", Title: "ShipStation warehouse id of a location, e.g. warehouse.Seattle", Required: true},
	},
	Handlers:  handlers(),
	Functions: []fn.Function{CreateOrder, FetchShipments, ShipmentIn},
}

// handlers: ShipStation does not sign what it sends. A secret address keeps
// strangers out, and nothing but the ids of the body is trusted: the shipments
// are fetched from the instance's own host.
func handlers() []inbox.Handler {
	secretPath := inbox.Verification{Scheme: inbox.SecretPath, Secrets: []string{paramHookSecret, paramNextHook}}
	return []inbox.Handler{
		{
			Topic: "SHIP_NOTIFY", TopicField: "resource_type", EventIDField: "resource_url",
			Verification: secretPath, Fetch: FetchShipments.ID, Transformation: ShipmentIn.ID,
		},
		{Topic: "*", TopicField: "resource_type", EventIDField: "resource_url", Verification: secretPath, Ignore: true},
	}
}

// authorization is the header that every request carries.
func authorization(ctx context.Context, d fn.Deps, in provider.Instance) (map[string]string, error) {
	key, err := in.Secret(ctx, d.Secrets, paramAPIKey)
	if err != nil {
		return nil, err
	}
	secret, err := in.Secret(ctx, d.Secrets, paramAPISecret)
	if err != nil {
		return nil, err
	}
	return map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":"+secret))}, nil
}

// talking lists what every function that asks the service may report.
var talking = []fn.Failure{
	{Code: fault.Unavailable, Meaning: "the service is down, throttles, or has not got the data yet", Retry: true},
	{Code: fault.Refused, Meaning: "the service understood and said no"},
	{Code: fault.Misconfigured, Meaning: "the instance, a parameter or a secret is missing"},
	{Code: fault.NotFound, Meaning: "no such record"},
	{Code: fault.Invalid, Meaning: "a field of the record or message is missing or wrong"},
}
