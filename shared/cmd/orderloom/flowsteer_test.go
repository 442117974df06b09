package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
)

const (
	firstFlow = `{"format":"1.0","id":"mine","title":"Mine","type":"order","entry":{"event":"OrderReceived","filter":["mine-channel@1"],"alongside": ["lab", "order-to-fulfillment", "wholesale", "preorder-and-backorder", "marketplace-split"]},
 "start":"check","steps":[{"id":"check","name":"Check","type":"validate-header","policies":["order-header@1"],"next":"done"},{"id":"done","name":"Done","type":"end"}]}`
	firstPolicy = `{"id":"mine-channel","version":1,"title":"Mine","kind":"filter","entity":"order",
 "rules":[{"name":"r","when":{"field":"order.channel","operator":"equals","value":"web"}}]}`
)

// The life of a flow, as an operator sees it.
func TestAnOperatorLeadsAFlowThroughItsLife(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := world.Open(t.Context(), world.Options{Dir: dir, Clock: clock.System{}, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	flow, policy := file("flow.json", firstFlow), file("policy.json", firstPolicy)
	second := file("second.json", strings.Replace(firstFlow, `"Check"`, `"Look"`, 1))
	next := file("next.json", strings.NewReplacer(`"version":1`, `"version":2`, `"web"`, `"shop"`).Replace(firstPolicy))
	for _, c := range []struct {
		command string
		code    int
		says    string
	}{
		{"flow publish " + flow + " --policies " + policy + " --comment begun", 0, "version 1 of flow mine is live"},
		{"flow publish " + second + " --canary 10", 0, "version 2 of flow mine is on trial with 10 % of the new orders"},
		{"flow list", 0, "version 2 is on trial with 10 %"},
		{"flow promote mine", 0, "flow mine: published"},
		{"flow diff mine@1 mine@2", 0, "Look"},
		{"flow diff lab@0 " + second, 0, ""},
		{"flow diff mine@1 mine@9", 1, "has no version 9"},
		{"flow diff mine@x mine@1", 1, "Write ID@NUMBER"},
		{"flow rollback mine --comment wrong", 0, "version 3 is live, which is version 1 again"},
		{"flow versions mine", 0, "back to 1: wrong"},
		{"policy publish " + next, 0, "would be published\n  flow mine, which uses mine-channel@1, with it\nto publish it: the same with --confirm"},
		{"policy publish " + next + " --confirm", 0, "policy mine-channel@2 is published"},
		{"policy rollback mine-channel --confirm", 0, "policy mine-channel@3 is published"},
		{"policy versions mine-channel", 0, "3        console"},
		{"policy versions lab-channel", 0, "1        repository"},
		{"flow versions mine", 0, "policy mine-channel@3"},
		{"flow pause mine --rate 3 --by ann --comment closed", 0, "paused: orders queue"},
		{"flow show mine", 0, "by ann: closed"},
		{"flow resume mine", 0, "3 a second"},
		{"flow stop mine", 0, "stopped: no order enters"},
		{"flow pause mine", 1, "It can be resumed, or published again"},
		{"flow cancel-orders mine", 0, "flow mine runs for 0 orders"},
		{"flow cancel-orders mine --confirm 4", 1, "runs for 0 orders, not 4"},
		{"flow show nobody", 1, "no live flow"},
		{"flow rollback lab", 1, "owned by the repository"},
	} {
		if code, text := orderloom(t, dir, strings.Fields(c.command)...); code != c.code || !strings.Contains(text, c.says) {
			t.Errorf("%s: %d\n%s", c.command, code, text)
		}
	}
}
