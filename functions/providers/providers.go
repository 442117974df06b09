// Package providers lists the outside services that Orderloom speaks to. Each
// is a folder, a line here and an include in template.yaml; deleting the three
// removes it.
package providers

import (
	"github.com/orderloom/orderloom/functions/providers/json"
	"github.com/orderloom/orderloom/functions/providers/shipstation"
	"github.com/orderloom/orderloom/functions/providers/shopify"
	"github.com/orderloom/orderloom/functions/providers/webhook"
	"github.com/orderloom/orderloom/shared/provider"
)

// All lists the providers by id.
func All() []provider.Provider {
	return []provider.Provider{
		json.Provider,
		shipstation.Provider,
		shopify.Provider,
		webhook.Provider,
	}
}
