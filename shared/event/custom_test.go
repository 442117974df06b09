package event_test

import (
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
)

func TestAnEventOfOnesOwn(t *testing.T) {
	t.Parallel()
	d, err := event.ParseCustom([]byte(`{"name":"ResellerOrderAccepted","title":"Accepted"}`))
	if want := (event.Definition{Name: "ResellerOrderAccepted", Title: "Accepted", Entity: event.Order, Source: "orderloom.orders"}); err != nil || d != want {
		t.Errorf("%+v %v", d, err)
	}
	line, err := event.ParseCustom([]byte(`{"name":"LineInspected","title":"Inspected","entity":"line","external":true,"payload":{"type":"object"}}`))
	if want := (event.Definition{Name: "LineInspected", Title: "Inspected", Entity: event.Line, Source: "orderloom.orders", External: true, Payload: `{"type":"object"}`}); err != nil || line != want {
		t.Errorf("%+v %v", line, err)
	}
	for text, code := range map[string]string{
		`{"name":"OrderCanceled","title":"T"}`: fault.Conflict, `{"name":"cancelOrder","title":"T"}`: fault.Invalid, `{"name":"Order Canceled","title":"T"}`: fault.Invalid,
		`{"name":"ResellerPaused"}`: fault.Invalid, `{"name":"ResellerPaused","title":"T","entity":"stock"}`: fault.Invalid, `[`: fault.Invalid, ``: fault.Invalid,
		`{"name":"ResellerPaused","title":"T","external":true}`: fault.Invalid, `{"name":"ResellerPaused","title":"T","payload":{}}`: fault.Invalid, `{"name":"ResellerPaused","title":"T","source":"x"}`: fault.Invalid,
	} {
		if d, err := event.ParseCustom([]byte(text)); !fault.Is(err, code) {
			t.Errorf("%s: %+v %v", text, d, err)
		}
	}
}

func FuzzParseCustom(f *testing.F) {
	f.Add([]byte(`{"name":"ResellerOrderAccepted","title":"Accepted"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := event.ParseCustom(data)
		if _, taken := event.Lookup(d.Name); err == nil && (taken || d.Name == "" || d.Title == "") {
			t.Errorf("%q: %+v", data, d)
		}
	})
}
