package fn_test

import (
	"testing"

	"github.com/orderloom/orderloom/shared/fn"
)

func TestNamesOfAFunction(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]struct{ logical, physical string }{
		"orders/record":              {"OrdersRecordFunction", "shop-orders-record"},
		"orders/apply-event":         {"OrdersApplyEventFunction", "shop-orders-apply-event"},
		"shopify/create-fulfillment": {"ShopifyCreateFulfillmentFunction", "shop-shopify-create-fulfillment"},
	} {
		if got := fn.LogicalID(id); got != want.logical {
			t.Errorf("%s is %s in a template, want %s", id, got, want.logical)
		}
		if got := fn.PhysicalName("shop", id); got != want.physical {
			t.Errorf("%s is deployed as %s, want %s", id, got, want.physical)
		}
	}
}
