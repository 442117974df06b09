package world_test

import (
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/scenario"
)

// On this machine there are no functions but Orderloom's: a published flow that
// calls another one says so on the exception list.
func TestAFunctionThatIsNotHereIsAnException(t *testing.T) {
	t.Parallel()
	const publication = `{"flow": {"format": "1.0", "id": "own", "title": "Own", "type": "order",
		"entry": {"event": "OrderReceived", "filter": ["mine@1"], "alongside": ["order-to-fulfillment", "preorder-and-backorder", "lab", "wholesale", "marketplace-split"]}, "start": "wrap", "steps": [
			{"id": "wrap", "name": "Wrap", "type": "lambda", "arn": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:orderloom-action-gift:live", "next": "end"},
			{"id": "end", "name": "End", "type": "end"}]},
		"policies": [{"id": "mine", "version": 1, "title": "Mine", "kind": "filter", "entity": "order", "rules": [{"name": "By name", "when": {"field": "order.name", "operator": "equals", "value": "#O1"}}]}]}`
	w := open(t, world.Options{})
	if err := w.Post(t.Context(), "/api/flows/own/publish", nil, []byte(publication)); err != nil {
		t.Fatal(err)
	}
	script, err := scenario.Parse([]byte("-- steps --\nsend orders/create #O1\nuntil #O1 exception\nexpect runs #O1 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := scenario.Run(w.Scenario(t.Context(), world.DemoShop), script); err != nil {
		t.Fatal(err)
	}
	if body := get(t, w, "/api/exceptions"); !strings.Contains(body, `"step":"wrap"`) || !strings.Contains(body, "Lambda.ResourceNotFoundException") || !strings.Contains(body, "orderloom-action-gift") {
		t.Errorf("%s", body)
	}
}
