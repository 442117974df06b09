package main

import (
	"testing"

	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
)

// Two shops can both have an order #1001.
func TestAnAnswerIsMeantForOneOrder(t *testing.T) {
	t.Parallel()
	all := []exception.Exception{
		{ID: "exc_1", Order: "ord_1", Name: "#1001"}, {ID: "exc_2", Order: "ord_1", Name: "#1001"},
		{ID: "exc_3", Order: "ord_2", Name: "#1001"}, {ID: "exc_4", Order: "ord_3", Name: "#1002"},
	}
	for which, want := range map[string]int{"ord_1": 2, "exc_3": 1, "1002": 1, "#1002": 1} {
		if got, err := (target{which}).of(all); err != nil || len(got) != want {
			t.Errorf("%s: %+v %v", which, got, err)
		}
	}
	for which, code := range map[string]string{"#1001": fault.Conflict, "1001": fault.Conflict, "#1003": fault.NotFound} {
		if got, err := (target{which}).of(all); !fault.Is(err, code) || got != nil {
			t.Errorf("%s: %+v %v", which, got, err)
		}
	}
}
