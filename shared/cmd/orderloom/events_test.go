package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/flow"
)

func TestEventsAreListedWithoutARunningOrderloom(t *testing.T) {
	t.Parallel()
	code, text := orderloom(t, t.TempDir(), "events", "list")
	if code != 0 || !strings.Contains(words(text), "ReturnReceived Goods of the order came back order orderloom.orders yes") {
		t.Errorf("%d %s", code, text)
	}
	code, text = orderloom(t, t.TempDir(), "--json", "events", "list")
	var all []flow.EventEntry
	if err := json.Unmarshal([]byte(text), &all); code != 0 || err != nil || len(all) == 0 || all[0].Detail == nil {
		t.Errorf("%d %v %.200s", code, err, text)
	}
}

func TestAnEventSaysWhoRaisesItAndWhoListens(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"ReturnReceived":        {"raised by outside systems", "heard by binding return-received, which runs shopify/add-tags", `"rma"`, "aws events put-rule", "orderloom.external"},
		"OrderReceived":         {"raised by orders/record", "heard by flows/start", "heard by flow lab", `"channel"`},
		"MessageReceived":       {"raised by orders/publish", "heard by machine intake", "orderloom.intake"},
		"ResellerOrderAccepted": {"raised by flow wholesale, steps accepted"},
		"OrderFulfilled":        {"raised by orders/record-shipment", "raised by flow lab, steps"},
	} {
		code, text := orderloom(t, t.TempDir(), "events", "show", name)
		for _, w := range want {
			if code != 0 || !strings.Contains(words(text), w) {
				t.Errorf("%s lacks %q: %d %s", name, w, code, text)
			}
		}
		if external := name == "ReturnReceived"; strings.Contains(text, "put in") != external {
			t.Errorf("%s: %s", name, text)
		}
	}
	if code, text := orderloom(t, t.TempDir(), "events", "show", "OrderDanced"); code != 1 || !strings.Contains(text, "See orderloom events list") {
		t.Errorf("%d %s", code, text)
	}
}
