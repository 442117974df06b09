// Package functions lists Orderloom's programs. A folder is a stage, in the
// order in which data flows; a folder in it with a main.go is one Lambda
// function, whose path is its id.
package functions

import (
	"github.com/orderloom/orderloom/functions/console"
	"github.com/orderloom/orderloom/functions/entities"
	"github.com/orderloom/orderloom/functions/events"
	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/functions/intake"
	"github.com/orderloom/orderloom/functions/inventory"
	"github.com/orderloom/orderloom/functions/orders"
	"github.com/orderloom/orderloom/functions/providers"
	"github.com/orderloom/orderloom/functions/sourcing"
	"github.com/orderloom/orderloom/shared/fn"
)

// All lists every function in pipeline order; the providers' come last.
func All() []fn.Function {
	all := []fn.Function{
		intake.Webhook,
		intake.Settle,
		intake.Replay,
		intake.Sweep,

		events.Accept,
		events.Check,

		orders.Record,
		orders.RecordShipment,
		orders.RecordEvent,
		orders.ApplyPolicies,
		orders.ApplyEvent,
		orders.CreateFulfillmentOrders,
		orders.RaiseException,
		orders.ResolveException,
		orders.ResolveHold,
		orders.ExpireHold,
		orders.SetFields,
		orders.RaiseEvent,
		orders.Correct,
		orders.Cancel,
		orders.CancelRunning,
		orders.FlowEnded,
		orders.Publish,
		orders.Sweep,

		entities.Record,
		entities.ApplyPolicies,
		entities.ApplyEvent,
		entities.SetFields,
		entities.RaiseEvent,
		entities.RaiseException,
		entities.ResolveHold,
		entities.ExpireHold,
		entities.Cancel,
		entities.FlowEnded,

		sourcing.Assign,

		inventory.Post,
		inventory.Check,
		inventory.Reserve,
		inventory.Release,
		inventory.Ship,

		flows.Publish,
		flows.PublishPolicy,
		flows.Steer,
		flows.Library,
		flows.Import,
		flows.Start,
		flows.StartRecord,
		flows.RunSubFlow,
		flows.Resume,
		flows.Drain,
		flows.Watch,
		flows.Bind,

		console.Site,
	}
	for _, p := range providers.All() {
		all = append(all, p.Functions...)
	}
	return all
}
