package catalog_test

import (
	"testing"

	"github.com/orderloom/orderloom/shared/cmd/catalog"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/provider"
)

func declaring(id string, all ...event.Definition) provider.Provider {
	return provider.Provider{ID: id, Events: all}
}

// A provider's event comes from the provider.
func TestEventsOfProvidersAreDeclaredWithThem(t *testing.T) {
	t.Parallel()
	own := []event.Definition{{Name: "ResellerOrderAccepted", Title: "T", Entity: event.Order, Source: event.OrdersSource}}
	picked := event.Definition{Name: "WarehouseOrderPicked", Title: "Picked", Entity: event.FulfillmentOrder}
	all, err := catalog.DeclaredBy(own, []provider.Provider{declaring("shipstation", picked), declaring("shopify")})
	if err != nil || len(all) != 2 || all[0] != own[0] || all[1].Source != "orderloom.shipstation" || all[1].Name != picked.Name {
		t.Errorf("%+v %v", all, err)
	}
}

func TestNamesOfEventsDoNotCollide(t *testing.T) {
	t.Parallel()
	picked := event.Definition{Name: "OrderPicked", Title: "Picked", Entity: event.Order}
	for name, c := range map[string]struct {
		code string
		list []provider.Provider
	}{
		"two providers":       {fault.Conflict, []provider.Provider{declaring("a", picked), declaring("b", picked)}},
		"the business's own":  {fault.Conflict, []provider.Provider{declaring("a", event.Definition{Name: "OrderPacked", Title: "T", Entity: event.Order})}},
		"one of Orderloom":    {fault.Conflict, []provider.Provider{declaring("a", event.Definition{Name: event.OrderCanceled, Title: "T", Entity: event.Order})}},
		"no past participle":  {fault.Invalid, []provider.Provider{declaring("a", event.Definition{Name: "PickOrder", Title: "T", Entity: event.Order})}},
		"of no record":        {fault.Invalid, []provider.Provider{declaring("a", event.Definition{Name: "OrderPicked", Title: "T"})}},
		"external, no schema": {fault.Invalid, []provider.Provider{declaring("a", event.Definition{Name: "OrderPicked", Title: "T", Entity: event.Order, External: true})}},
	} {
		if all, err := catalog.DeclaredBy([]event.Definition{{Name: "OrderPacked"}}, c.list); !fault.Is(err, c.code) {
			t.Errorf("%s: %+v %v", name, all, err)
		}
	}
}
