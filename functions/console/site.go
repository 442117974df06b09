// Package console serves what people look at: plain pages and the reads behind
// them and behind the command line. It writes nothing; commands are routes of
// the functions that own the data.
package console

import (
	"context"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/stock"
)

// Site answers every read: pages as HTML, the API as JSON.
var Site = fn.Function{
	ID:      "console/site",
	Summary: "Serve the console's pages and the read side of the API",
	Trigger: fn.Trigger{Routes: []fn.Route{
		{Method: "GET", Path: "/"},
		{Method: "GET", Path: "/orders/{id}"},
		{Method: "GET", Path: "/exceptions"},
		{Method: "GET", Path: "/messages"},
		{Method: "GET", Path: "/runs/{run}"},
		{Method: "GET", Path: "/api/orders"},
		{Method: "GET", Path: "/api/orders/{id}"},
		{Method: "GET", Path: "/api/exceptions"},
		{Method: "GET", Path: "/api/messages"},
		{Method: "GET", Path: "/api/events"},
		{Method: "GET", Path: "/api/events/{name}"},
		{Method: "GET", Path: "/api/entities"},
		{Method: "GET", Path: "/api/entities/{entity}"},
		{Method: "GET", Path: "/api/records/{id}"},
		{Method: "GET", Path: "/api/stats"},
		{Method: "GET", Path: "/api/stock/{sku}"},
		{Method: "GET", Path: "/api/flows"},
		{Method: "GET", Path: "/api/flows/{id}"},
		{Method: "GET", Path: "/api/flows/{id}/versions"},
		{Method: "GET", Path: "/api/flows/{id}/versions/{number}"},
		{Method: "GET", Path: "/api/policies/{id}/versions"},
	}},
	Failures: []fn.Failure{{Code: fault.NotFound, Meaning: "no such order, run, flow or version"}},
	Example:  fn.ExampleRequest("GET", "/api/orders", nil, ""),
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := site{
			orders: store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now},
			box:    inbox.Box{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now},
			flows:  registry.New(d.Table),
			states: d.States,
		}
		return fn.HTTP(d.Log, s.serve)
	},
}

type site struct {
	orders store.Store
	box    inbox.Box
	flows  registry.Registry
	states fn.States
}

// maxListed bounds one list; more follows by cursor.
const maxListed = 200

func (s site) serve(ctx context.Context, req fn.Request) (fn.Response, error) {
	if rest, ok := strings.CutPrefix(req.Path, "/api/"); ok {
		return s.api(ctx, rest, req)
	}
	res, err := s.page(ctx, req)
	if err != nil {
		return errorPage(err)
	}
	return res, nil
}

func (s site) page(ctx context.Context, req fn.Request) (fn.Response, error) {
	switch first, _, _ := strings.Cut(strings.TrimPrefix(req.Path, "/"), "/"); first {
	case "":
		return s.ordersPage(ctx, req)
	case "orders":
		return s.orderPage(ctx, req)
	case "exceptions":
		all, err := exception.List(ctx, s.orders.Table, maxListed)
		if err != nil {
			return fn.Response{}, err
		}
		return page("exceptions.html", all)
	case "messages":
		all, err := s.box.Failures(ctx, maxListed)
		if err != nil {
			return fn.Response{}, err
		}
		return page("messages.html", all)
	case "runs":
		return s.runPage(ctx, req)
	}
	return fn.Response{}, fault.New(fault.NotFound, "no page %s", req.Path)
}

func (s site) api(ctx context.Context, rest string, req fn.Request) (fn.Response, error) {
	switch name, id, _ := strings.Cut(rest, "/"); {
	case name == "orders" && id == "":
		return s.orderList(ctx, req)
	case name == "orders":
		return s.orderDetail(ctx, req.Params["id"])
	case name == "exceptions":
		all, err := exception.List(ctx, s.orders.Table, maxListed)
		if err != nil {
			return fn.Response{}, err
		}
		return fn.JSON(200, map[string]any{"exceptions": listOf(all)})
	case name == "messages":
		all, err := s.box.Failures(ctx, maxListed)
		if err != nil {
			return fn.Response{}, err
		}
		return fn.JSON(200, map[string]any{"messages": listOf(all)})
	case name == "stock" && id != "":
		all, err := stock.Levels(ctx, s.orders.Table, req.Params["sku"])
		if err != nil {
			return fn.Response{}, err
		}
		return fn.JSON(200, map[string]any{"stock": all})
	case name == "flows":
		return s.flowAPI(ctx, req)
	case name == "policies":
		return s.policyVersions(ctx, req.Params["id"])
	case name == "events":
		return eventList(req.Params["name"])
	case name == "entities" || name == "records":
		return s.records(ctx, req)
	case name == "stats":
		return s.stats(ctx)
	}
	return fn.Response{}, fault.New(fault.NotFound, "no API route %s", req.Path)
}

// listOf makes an empty list JSON's [] instead of null.
func listOf[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
