package console

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
)

//go:embed pages/*.html
var pages embed.FS

// page renders one of the embedded templates inside the layout. Everything a
// channel or a person wrote is escaped by html/template.
func page(name string, data any) (fn.Response, error) {
	t, err := template.New("layout.html").Funcs(template.FuncMap{
		"when": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
		"text": func(raw json.RawMessage) string { return string(raw) },
	}).ParseFS(pages, "pages/layout.html", "pages/"+name)
	if err != nil {
		return fn.Response{}, fault.Wrap(err, fault.Internal, "reading page %s", name)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return fn.Response{}, fault.Wrap(err, fault.Internal, "rendering page %s", name)
	}
	return fn.Response{Status: 200, Body: b.Bytes(), Header: map[string]string{
		"content-type":            "text/html; charset=utf-8",
		"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"x-content-type-options":  "nosniff",
		"referrer-policy":         "no-referrer",
	}}, nil
}

// errorPage shows what is wrong in the site's own layout. What is internal is
// for the log.
func errorPage(err error) (fn.Response, error) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code == fault.Internal {
		return fn.Response{}, err
	}
	res, err := page("error.html", f)
	res.Status = fn.Status(f.Code)
	return res, err
}

func (s site) ordersPage(ctx context.Context, req fn.Request) (fn.Response, error) {
	rows, next, err := s.rows(ctx, req)
	if fault.Is(err, fault.NotFound) {
		rows, err = nil, nil
	}
	if err != nil {
		return fn.Response{}, err
	}
	return page("orders.html", map[string]any{"Orders": rows, "Next": next, "Name": req.Query["name"]})
}

func (s site) orderPage(ctx context.Context, req fn.Request) (fn.Response, error) {
	d, err := s.detail(ctx, req.Params["id"])
	if err != nil {
		return fn.Response{}, err
	}
	v := orderView{OrderDetail: d, Articles: map[string]order.Line{}, Cancelable: d.Status.Cancelable() == nil, Next: advice[d.Status.Reason]}
	for _, l := range d.Document.Lines {
		v.Articles[l.ID] = l
	}
	return page("order.html", v)
}

// orderView is an order as its page shows it.
type orderView struct {
	OrderDetail
	Articles   map[string]order.Line // by line id
	Cancelable bool
	Next       string // what it waits for and what to do
}

// advice says what an order waits for whose reason does not say so itself.
var advice = map[order.Reason]string{
	order.ReasonBackorder: "There is not enough stock. The order goes on by itself once a receipt is posted: orderloom stock post SKU LOCATION QUANTITY.",
	order.ReasonSent:      "The warehouse has it. The order goes on with its shipment.",
}

// historyLimit bounds a run's page; a run of 25,000 events is for the API.
const historyLimit = 1000

func (s site) runPage(ctx context.Context, req fn.Request) (fn.Response, error) {
	run := req.Params["run"]
	history, err := s.states.History(ctx, run, historyLimit)
	if err != nil {
		return fn.Response{}, err
	}
	return page("run.html", map[string]any{"Run": run, "History": history})
}
