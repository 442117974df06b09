package intake

import (
	"context"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
)

// handlersOf returns the message handlers of a provider.
type handlersOf func(providerID string) ([]inbox.Handler, bool)

// cataloged is the webhook with the handlers of the generated catalog: a stage
// must not import the providers themselves.
func cataloged(d fn.Deps) fn.Handler {
	catalog, err := flow.LoadCatalog()
	if err != nil {
		return func(context.Context, json.RawMessage) (json.RawMessage, error) { return nil, err }
	}
	return newWebhook(d, func(id string) ([]inbox.Handler, bool) {
		p, ok := catalog.Provider(id)
		return p.Handlers, ok
	})
}
