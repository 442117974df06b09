// Package webhook is the provider for services that have no provider of their
// own: it posts JSON about an order to an address of the business, signed so
// that the receiver can tell it from anybody else's, and asks models there for
// scores.
package webhook

import (
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/provider"
)

// paramSecret signs what is posted.
const paramSecret = "signingSecret"

// exampleOrder stands in the examples: on a fresh system there is no such order,
// so they show the answer to an unknown id.
const exampleOrder = "ord_01JZZZZZZZZZZZZZZZZZZZZZZZ"

// Provider is the catalog entry.
var Provider = provider.Provider{
	ID:      "webhook",
	Name:    "Webhook",
	Summary: "Post signed JSON about an order to an address of your own, and ask models there for scores",
	Service: provider.Notification,
	Parameters: []provider.Parameter{
		{Name: "baseUrl", Title: "Address, https unless it is on this machine", Required: true},
		{Name: paramSecret, Title: "Secret that signs what is posted", Secret: true, Required: true},
	},
	Functions: []fn.Function{Post, Predict},
}

// talking lists what both actions may report.
var talking = []fn.Failure{
	{Code: fault.Unavailable, Meaning: "the receiver is down or throttles", Retry: true},
	{Code: fault.Refused, Meaning: "the receiver understood and said no, or leads elsewhere"},
	{Code: fault.Misconfigured, Meaning: "the instance, a parameter or a secret is missing, or the address is not https"},
	{Code: fault.NotFound, Meaning: "no such order"},
	{Code: fault.Invalid, Meaning: "the step's parameters are wrong"},
}
