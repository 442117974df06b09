package world

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/orderloom/orderloom/functions/providers/shipstation/shipstationtest"
	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/functions/providers/webhook/webhooktest"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/local/port"
	"github.com/orderloom/orderloom/shared/local/secrets"
)

// Fakes are the outside services of the demo: shops, a warehouse and a service
// desk, behind one address on this machine.
type Fakes struct {
	URL       string
	Shops     map[string]*shopifytest.Server // by provider instance
	Warehouse *shipstationtest.Server
	Desk      *webhooktest.Server

	hooks    atomic.Pointer[string] // where webhooks go
	requests atomic.Int64
	server   *http.Server
	client   *http.Client
	done     chan struct{}
}

// FakeOptions of the fakes. Clock and Secrets are required.
type FakeOptions struct {
	Clock     clock.Clock
	Secrets   *secrets.File // credentials that the services expect
	Addr      string        // default 127.0.0.1:0
	ShipAfter time.Duration // from an order to its parcel
	Manual    bool          // nothing ships by itself
}

// OpenFakes starts the services. Webhooks are delivered once Deliver was called.
func OpenFakes(ctx context.Context, o FakeOptions) (*Fakes, error) {
	f := &Fakes{Shops: map[string]*shopifytest.Server{}, client: &http.Client{Timeout: 30 * time.Second, Transport: transport()}, done: make(chan struct{})}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "listening on %s", o.Addr)
	}
	f.URL = "http://" + l.Addr().String()
	services, err := f.services(ctx, o)
	if err != nil {
		_ = l.Close() // the first error counts
		return nil, err
	}
	f.server = &http.Server{Handler: f.counted(services), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(f.done)
		_ = f.server.Serve(l) // ends with Close
	}()
	return f, nil
}

func (f *Fakes) services(ctx context.Context, o FakeOptions) (*http.ServeMux, error) {
	mux := http.NewServeMux()
	var err error
	for _, id := range []string{DemoShop, LabShop, WholesaleShop, MarketplaceShop, OutletShop} {
		if f.Shops[id], err = f.shop(ctx, o, id); err != nil {
			return nil, err
		}
		mux.Handle("/"+id+"/", http.StripPrefix("/"+id, f.Shops[id]))
	}
	if f.Warehouse, err = f.warehouse(ctx, o); err != nil {
		return nil, err
	}
	mux.Handle("/shipstation/", http.StripPrefix("/shipstation", f.Warehouse))
	secret, err := o.Secrets.Get(ctx, secretRef(ServiceDesk, "signingSecret"))
	if err != nil {
		return nil, err
	}
	f.Desk = webhooktest.New(webhooktest.Options{Clock: o.Clock, Secret: secret})
	mux.Handle("/"+ServiceDesk+"/", http.StripPrefix("/"+ServiceDesk, f.Desk))
	return mux, nil
}

func (f *Fakes) shop(ctx context.Context, o FakeOptions, id string) (*shopifytest.Server, error) {
	token, err := o.Secrets.Get(ctx, secretRef(id, "accessToken"))
	if err != nil {
		return nil, err
	}
	hook, err := o.Secrets.Get(ctx, secretRef(id, "hookSecret"))
	if err != nil {
		return nil, err
	}
	return shopifytest.New(shopifytest.Options{
		Clock: o.Clock, AccessToken: token, HookSecret: hook, Domain: id + ".myshopify.com",
		Notify: func(ctx context.Context, _ string, header map[string]string, body []byte) error {
			return f.post(ctx, "/hooks/"+id, header, body)
		},
	}), nil
}

func (f *Fakes) warehouse(ctx context.Context, o FakeOptions) (*shipstationtest.Server, error) {
	var values [3]string
	for i, name := range []string{"apiKey", "apiSecret", "hookSecret"} {
		var err error
		if values[i], err = o.Secrets.Get(ctx, secretRef(Warehouse, name)); err != nil {
			return nil, err
		}
	}
	return shipstationtest.New(shipstationtest.Options{
		Clock: o.Clock, APIKey: values[0], APISecret: values[1], BaseURL: f.URL + "/shipstation", ShipAfter: o.ShipAfter, Manual: o.Manual,
		Notify: func(ctx context.Context, body []byte) error {
			return f.post(ctx, "/hooks/"+Warehouse+"/"+values[2], nil, body)
		},
	}), nil
}

// counted knows whether a request is under way. Web pages, also those that reach
// this machine by a name of their own, steer nothing here.
func (f *Fakes) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !port.Loopback(r.Host) || r.Header.Get("Origin") != "" {
			http.Error(w, "the fake services answer programs on this machine", http.StatusForbidden)
			return
		}
		f.requests.Add(1)
		defer f.requests.Add(-1)
		h.ServeHTTP(w, r)
	})
}

// Idle reports whether no request is under way.
func (f *Fakes) Idle() bool { return f.requests.Load() == 0 }

// Deliver sends webhooks to an Orderloom from now on.
func (f *Fakes) Deliver(orderloom string) { f.hooks.Store(&orderloom) }

// post delivers a webhook.
func (f *Fakes) post(ctx context.Context, path string, header map[string]string, body []byte) error {
	to := f.hooks.Load()
	if to == nil {
		return fault.New(fault.Unavailable, "nobody takes webhooks yet")
	}
	return post(ctx, f.client, *to+path, header, body)
}

// post sends a request; any answer but 2xx is an error that shows it.
func post(ctx context.Context, client *http.Client, url string, header map[string]string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s: %s", res.Status, answer)
	}
	return nil
}

// Close ends the services.
func (f *Fakes) Close() {
	for _, s := range f.Shops {
		s.Close()
	}
	f.Warehouse.Close()
	_ = f.server.Close()
	<-f.done
}
