package order_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/order"
)

func TestATagIsAddedOnce(t *testing.T) {
	t.Parallel()
	var s order.Status
	for _, tag := range []string{"a", "b", "a"} {
		s.AddTag(tag)
	}
	if diff := cmp.Diff([]string{"a", "b"}, s.Tags); diff != "" {
		t.Error(diff)
	}
}

// What was set on a line stays when the line's document changes, and goes with
// the line.
func TestAttributesFollowTheirLine(t *testing.T) {
	t.Parallel()
	doc := order.Document{Lines: []order.Line{{ID: "1"}, {ID: "2"}}}
	s := order.NewStatus("ord_1", &doc)
	s.SetAttribute("", "a", "1")
	s.SetAttribute("", "a", "2")
	s.SetAttribute("2", "a", "3")
	s.SetAttribute("7", "a", "no such line")
	doc.Lines = []order.Line{{ID: "2", Quantity: 5}, {ID: "3"}}
	s.SetLines(&doc)
	got := []map[string]string{s.Attributes, s.Lines[0].Attributes, s.Lines[1].Attributes}
	if diff := cmp.Diff([]map[string]string{{"a": "2"}, {"a": "3"}, nil}, got); diff != "" {
		t.Error(diff)
	}
}
