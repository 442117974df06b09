package shipstation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
)

// Bounds of one fetch.
const (
	pageSize = 100
	maxPages = 50
)

// FetchInput names the message of a notification, or carries a notification
// inline to see what would be fetched.
type FetchInput struct {
	Message  string          `json:"message,omitempty"`
	Instance string          `json:"instance,omitempty"` // inline
	Body     json.RawMessage `json:"body,omitempty"`     // inline
}

// FetchResult says what was fetched.
type FetchResult struct {
	Message   string          `json:"message,omitempty"`
	Shipments int             `json:"shipments"`
	Document  json.RawMessage `json:"document,omitempty"` // inline only
}

// FetchShipments replaces a notification by the shipments that it is about. Of
// what was sent only the id of the batch is used.
var FetchShipments = fn.Function{
	ID:       "shipstation/fetch-shipments",
	Summary:  "Fetch the shipments that a notification is about from the instance's own host",
	Input:    FetchInput{},
	Result:   FetchResult{},
	Failures: talking,
	Example:  FetchInput{Instance: "warehouse", Body: json.RawMessage(`{"resource_url":"/shipments?batchId=1","resource_type":"SHIP_NOTIFY"}`)},
	Timeout:  time.Minute,
	New: func(d fn.Deps) fn.Handler {
		f := fetcher{deps: d, box: inbox.Box{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}}
		return fn.Task(f.fetch)
	},
}

type fetcher struct {
	deps fn.Deps
	box  inbox.Box
}

// document is what takes the place of the notification. It keeps the address,
// so that a replay can fetch again.
type document struct {
	ResourceURL  string            `json:"resource_url"`
	ResourceType string            `json:"resource_type"`
	Shipments    []json.RawMessage `json:"shipments"`
}

func (f fetcher) fetch(ctx context.Context, in FetchInput) (FetchResult, error) {
	instance, body := in.Instance, []byte(in.Body)
	if in.Message != "" {
		m, err := f.box.Get(ctx, in.Message)
		if err != nil {
			return FetchResult{}, err
		}
		if body, err = f.box.Body(ctx, in.Message); err != nil {
			return FetchResult{}, err
		}
		instance = m.Instance
	}
	doc, err := f.document(ctx, instance, in.Message, body)
	if err != nil {
		return FetchResult{}, err
	}
	out := FetchResult{Message: in.Message, Shipments: len(doc.Shipments)}
	data, err := json.Marshal(doc)
	if err != nil {
		return out, fault.Wrap(err, fault.Internal, "encoding the shipments")
	}
	if in.Message == "" {
		out.Document = data
		return out, nil
	}
	if len(doc.Shipments) == 0 {
		// The notification can be ahead of what the API shows. Taking the empty
		// list would lose the shipment.
		return out, fault.New(fault.Unavailable, "the service lists no shipments for the notification yet").On(in.Message, "resource_url").Got(doc.ResourceURL)
	}
	return out, f.box.SetBody(ctx, in.Message, data)
}

func (f fetcher) document(ctx context.Context, id, record string, body []byte) (document, error) {
	instance, err := provider.Load(ctx, f.deps.Table, id)
	if err != nil {
		return document{}, err
	}
	doc, err := fn.Decode[document](body)
	if err != nil {
		return doc, err
	}
	batch, problem := batchOf(instance, doc.ResourceURL)
	if problem != nil {
		return doc, problem.On(record, "resource_url").Got(doc.ResourceURL)
	}
	client, err := provider.NewClient(f.deps, instance)
	if err != nil {
		return doc, err
	}
	header, err := authorization(ctx, f.deps, instance)
	if err != nil {
		return doc, err
	}
	doc.Shipments, err = pages(ctx, client, header, batch)
	return doc, err
}

// pages reads all pages of a batch.
func pages(ctx context.Context, client *provider.Client, header map[string]string, batch string) ([]json.RawMessage, error) {
	all := []json.RawMessage{}
	for page := 1; ; page++ {
		var answer struct {
			Shipments *[]json.RawMessage `json:"shipments"`
			Pages     int                `json:"pages"`
		}
		ref := fmt.Sprintf("/shipments?batchId=%s&includeShipmentItems=true&page=%d&pageSize=%d", batch, page, pageSize)
		if err := client.JSON(ctx, "GET", ref, header, nil, &answer); err != nil {
			return nil, err
		}
		if answer.Shipments == nil {
			return nil, fault.New(fault.Refused, "the service answered without shipments").On("", "shipments")
		}
		if answer.Pages > maxPages {
			return nil, fault.New(fault.TooLarge, "the batch has %d pages of %d shipments; at most %d are read", answer.Pages, pageSize, maxPages).On("", "pages")
		}
		all = append(all, *answer.Shipments...)
		if page >= answer.Pages {
			return all, nil
		}
	}
}

// batchOf returns the batch id of a notification's address. The address is
// never followed, so a foreign one could do no harm; it is refused all the same
// because a notification that quotes it is not this service's.
func batchOf(in provider.Instance, resource string) (string, *fault.Error) {
	u, err := url.Parse(resource)
	if err != nil || resource == "" {
		return "", fault.New(fault.Invalid, "notification carries no address of shipments")
	}
	base, err := url.Parse(in.Parameters["baseUrl"])
	if err != nil || base.Host == "" {
		return "", fault.New(fault.Misconfigured, "the instance's baseUrl is not an address")
	}
	if (u.IsAbs() || u.Host != "") && !sameService(base, u) {
		return "", fault.New(fault.Invalid, "address is not on the instance's own host %s", base.Host)
	}
	batch := u.Query().Get("batchId")
	if !strings.HasSuffix(u.Path, "/shipments") || len(batch) > 20 || strings.Trim(batch, "0123456789") != "" || batch == "" {
		return "", fault.New(fault.Invalid, "address names no batch of shipments")
	}
	return batch, nil
}

// sameService: ShipStation answers on ssapi.shipstation.com and notifies in the
// name of ssapi6.shipstation.com, so hosts beside the instance's count as its own.
func sameService(base, u *url.URL) bool {
	if u.User != nil {
		return false
	}
	if strings.EqualFold(base.Host, u.Host) {
		return true
	}
	_, domain, _ := strings.Cut(strings.ToLower(base.Hostname()), ".")
	return strings.Contains(domain, ".") && strings.Trim(domain, "0123456789.") != "" &&
		base.Port() == u.Port() && strings.HasSuffix(strings.ToLower(u.Hostname()), "."+domain)
}
