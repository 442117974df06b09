package order

import (
	"maps"
	"slices"
	"time"
)

// This file copies records. A copy shares nothing that can change with its
// original and is what encoding it to JSON and decoding that would give: what
// is left out when it is empty is nil, and times have no monotonic part.

// Clone returns a copy of the document.
func (d Document) Clone() Document {
	d.PlacedAt, d.UpdatedAt = d.PlacedAt.Round(0), d.UpdatedAt.Round(0)
	d.BillTo, d.ShipTo = clonePointer(d.BillTo), clonePointer(d.ShipTo)
	d.Lines = slices.Clone(d.Lines)
	for i := range d.Lines {
		l := &d.Lines[i]
		l.Discounts, l.Taxes, l.Attributes = cloneSlice(l.Discounts), cloneSlice(l.Taxes), cloneMap(l.Attributes)
	}
	d.Discounts, d.Taxes, d.ShippingLines = cloneSlice(d.Discounts), cloneSlice(d.Taxes), cloneSlice(d.ShippingLines)
	d.Attributes, d.Tags, d.Warnings = cloneMap(d.Attributes), cloneSlice(d.Tags), cloneSlice(d.Warnings)
	d.RequestedAt, d.PromisedAt, d.ShipBy = cloneTime(d.RequestedAt), cloneTime(d.PromisedAt), cloneTime(d.ShipBy)
	if d.Canceled = clonePointer(d.Canceled); d.Canceled != nil {
		d.Canceled.At = d.Canceled.At.Round(0)
	}
	return d
}

// Clone returns a copy of the status.
func (s Status) Clone() Status {
	s.Lines = slices.Clone(s.Lines)
	for i := range s.Lines {
		s.Lines[i].Attributes = cloneMap(s.Lines[i].Attributes)
	}
	s.FulfillmentOrders = cloneSlice(s.FulfillmentOrders)
	for i := range s.FulfillmentOrders {
		f := &s.FulfillmentOrders[i]
		f.Lines, f.Shipments = slices.Clone(f.Lines), cloneSlice(f.Shipments)
		for j := range f.Shipments {
			sh := &f.Shipments[j]
			sh.ShippedAt = sh.ShippedAt.Round(0)
			sh.Trackings, sh.Lines = slices.Clone(sh.Trackings), slices.Clone(sh.Lines)
		}
	}
	s.Tags, s.Waits, s.OpenExceptions = cloneSlice(s.Tags), cloneSlice(s.Waits), cloneSlice(s.OpenExceptions)
	s.Attributes, s.Runs = cloneMap(s.Attributes), cloneMap(s.Runs)
	s.Holds = cloneSlice(s.Holds)
	for i := range s.Holds {
		s.Holds[i].Since, s.Holds[i].Until = s.Holds[i].Since.Round(0), s.Holds[i].Until.Round(0)
	}
	s.ReceivedAt, s.ChangedAt = s.ReceivedAt.Round(0), s.ChangedAt.Round(0)
	return s
}

// cloneSlice is for fields that are left out when they are empty.
func cloneSlice[T any](all []T) []T {
	if len(all) == 0 {
		return nil
	}
	return slices.Clone(all)
}

func cloneMap[V any](m map[string]V) map[string]V {
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

func cloneTime(t *time.Time) *time.Time {
	if t = clonePointer(t); t != nil {
		*t = t.Round(0)
	}
	return t
}
