package main

import (
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
)

// A large unpaid order of a reseller is approved and released by people, who
// see what they are asked.
func TestAnOperatorAnswersTheFlow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := world.Open(t.Context(), world.Options{Dir: dir, Clock: clock.System{}, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	spec := shopifytest.OrderSpec{Name: "#W1", Country: "US", Payment: "pending", CreatedAt: time.Now(), Lines: []shopifytest.LineSpec{{SKU: "LAB-WIDGET", Quantity: 100}}}
	if err := w.Place(t.Context(), world.Sample{Shop: world.WholesaleShop, Name: "#W1", Body: shopifytest.Document(spec)}); err != nil {
		t.Fatal(err)
	}
	eventually := func(want string) {
		t.Helper()
		text := ""
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if _, text = orderloom(t, dir, "orders", "show", "#W1"); strings.Contains(text, want) {
				return
			}
		}
		t.Fatalf("it does not show %q:\n%s", want, text)
	}
	now := func(want int, says string, args ...string) {
		t.Helper()
		if code, text := orderloom(t, dir, append([]string{"orders"}, args...)...); code != want || !strings.Contains(text, says) {
			t.Fatalf("%q: %d %s", args, code, text)
		}
	}
	eventually("Sales manager is asked: May an order of this size be shipped on these terms?")
	eventually("orderloom orders approve|reject '#W1' --step terms")
	now(1, "no step waits for a release", "release", "#W1")
	now(1, "no step waits for an approval", "approve", "#W1", "--step", "paid")
	now(0, "#W1 is approved", "approve", "#W1", "--by", "ann", "--reason", "a good customer")
	eventually("on hold: The order is not paid")
	eventually("(a good customer)")
	now(1, "no step waits for an approval", "reject", "#W1")
	now(0, "#W1 is released", "release", "#W1", "--step", "payment")
	eventually("Sent To Fulfillment")
}
