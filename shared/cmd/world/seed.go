package world

import (
	"context"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table"
)

// Ids of the demo's provider instances. An order of the lab shop enters the lab
// flow, one of the wholesale shop the wholesale flow, one of the marketplace or
// the outlet the flow that splits them, one of the demo shop the default flow.
const (
	DemoShop        = "demo-shop"
	LabShop         = "lab-shop"
	WholesaleShop   = "wholesale-shop"
	MarketplaceShop = "marketplace-shop" // speaks as a shop does
	OutletShop      = "outlet-shop"
	Warehouse       = "warehouse"
	ServiceDesk     = "service-desk" // is told by webhooks
)

const (
	organization = "demo-org"
	company      = "demo-company"
	mappingGroup = "demo"
)

// seedMark is written last, so that a seeding that broke off is done again.
var seedMark = table.Key{PK: "SEED", SK: "DEMO"}

// product is one product of the demo with its stock.
type product struct {
	sku, id, title string
	stock          map[string]int // by location
}

// products: those of the samples, those of the lab, and those of the document
// that Shopify's own API library is tested with.
func products() []product {
	plenty := map[string]int{"Seattle": 1_000_000, "Chicago": 1_000_000}
	return []product{
		{"MUG-BLUE", "prd_mug_blue", "Mug, blue", plenty},
		{"MUG-GREEN", "prd_mug_green", "Mug, green", plenty},
		{"TEE-BLACK-M", "prd_tee_black_m", "T-shirt, black, M", plenty},
		{"POSTER-A2", "prd_poster_a2", "Poster, A2", plenty},
		{"LAMP-RARE", "prd_lamp_rare", "Lamp, limited edition", map[string]int{"Chicago": 1}},
		{"IPOD2008GREEN", "prd_ipod_green", "IPod Nano, 8 GB, green", plenty},
		{"IPOD2008RED", "prd_ipod_red", "IPod Nano, 8 GB, red", plenty},
		{"IPOD2008BLACK", "prd_ipod_black", "IPod Nano, 8 GB, black", plenty},
		{"LAB-WIDGET", "prd_lab_widget", "Widget of the lab", plenty},
		{"LAB-SCARCE", "prd_lab_scarce", "Scarce widget of the lab", map[string]int{"Seattle": 100}},
	}
}

// locations of the demo: name → title.
var locations = map[string]string{"Seattle": "Seattle warehouse", "Chicago": "Chicago warehouse"}

// seed fills an empty Orderloom with the demo's records, once.
func (w *World) seed(ctx context.Context) error {
	deps := w.Host.Deps()
	have, err := deps.Table.Get(ctx, seedMark)
	if err != nil || have != nil {
		return err
	}
	catalog := map[string]string{}
	type line struct {
		SKU      string `json:"sku"`
		Location string `json:"location"`
		Quantity int    `json:"quantity"`
	}
	var stock []line
	for _, p := range products() {
		catalog[p.sku] = p.id
		for location, quantity := range p.stock {
			stock = append(stock, line{p.sku, location, quantity})
		}
	}
	tables := map[string]map[string]string{
		"product": catalog, "location": locations,
		"carrier": {"stamps_com": "USPS", "fedex": "FedEx", "ups": "UPS"},
	}
	for name, entries := range tables {
		if err := provider.SaveMapping(ctx, deps.Table, mappingGroup, name, entries); err != nil {
			return err
		}
	}
	body, err := json.Marshal(map[string]any{"key": "demo-seed", "lines": stock})
	if err != nil {
		return fault.Wrap(err, fault.Internal, "encoding the demo's stock")
	}
	if err := w.Post(ctx, "/api/stock", nil, body); err != nil {
		return err
	}
	_, err = deps.Table.Write(ctx, table.Put(table.Item{table.PK: seedMark.PK, table.SK: seedMark.SK}))
	return err
}

// install saves the demo's provider instances. It is done at every start: the
// fake services may have another address.
func (w *World) install(ctx context.Context) error {
	instances := []provider.Instance{
		{ID: DemoShop, Provider: "shopify", Title: "Demo shop", Channel: DemoShop, Parameters: map[string]string{"baseUrl": w.fakes + "/" + DemoShop},
			Secrets: refs(DemoShop, "accessToken", "hookSecret")},
		{ID: LabShop, Provider: "shopify", Title: "Shop of the lab", Channel: "lab", Parameters: map[string]string{"baseUrl": w.fakes + "/" + LabShop},
			Secrets: refs(LabShop, "accessToken", "hookSecret")},
		{ID: WholesaleShop, Provider: "shopify", Title: "Shop for resellers", Channel: "wholesale", Parameters: map[string]string{"baseUrl": w.fakes + "/" + WholesaleShop},
			Secrets: refs(WholesaleShop, "accessToken", "hookSecret")},
		{ID: MarketplaceShop, Provider: "shopify", Title: "Marketplace", Channel: "marketplace", Parameters: map[string]string{"baseUrl": w.fakes + "/" + MarketplaceShop},
			Secrets: refs(MarketplaceShop, "accessToken", "hookSecret")},
		{ID: OutletShop, Provider: "shopify", Title: "Outlet", Channel: "outlet", Parameters: map[string]string{"baseUrl": w.fakes + "/" + OutletShop},
			Secrets: refs(OutletShop, "accessToken", "hookSecret")},
		{ID: ServiceDesk, Provider: "webhook", Title: "Service desk", Parameters: map[string]string{"baseUrl": w.fakes + "/" + ServiceDesk}, Secrets: refs(ServiceDesk, "signingSecret")},
		{ID: Warehouse, Provider: "shipstation", Title: "Warehouses", Parameters: map[string]string{"baseUrl": w.fakes + "/shipstation", "warehouse.Seattle": "1", "warehouse.Chicago": "2"},
			Secrets: refs(Warehouse, "apiKey", "apiSecret", "hookSecret")},
	}
	senders, err := recordInstances()
	if err != nil {
		return err
	}
	for _, in := range append(instances, senders...) {
		in.Organization, in.Company, in.MappingGroup, in.Active = organization, company, mappingGroup, true
		if err := provider.Save(ctx, w.Host.Deps().Table, in); err != nil {
			return err
		}
	}
	return nil
}

// refs names the secrets of an instance in the secret store.
func refs(instance string, names ...string) map[string]string {
	all := map[string]string{}
	for _, n := range names {
		all[n] = secretRef(instance, n)
	}
	return all
}

func secretRef(instance, name string) string { return "orderloom/" + instance + "/" + name }

// HookSecret is the reference of the secret that signs an instance's webhooks.
func HookSecret(instance string) string { return secretRef(instance, "hookSecret") }
