package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
)

func TestErrorNamesRecordFieldValueAndRemedy(t *testing.T) {
	t.Parallel()
	err := fault.New(fault.Invalid, "quantity is not a number").On("#1001", "line_items.0.quantity").Got("two").Do("Correct the order in the shop")
	want := "Input.Invalid: quantity is not a number (record #1001) (field line_items.0.quantity = two). Correct the order in the shop"
	if got := err.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCodeFindsTheFaultInAChain(t *testing.T) {
	t.Parallel()
	inner := errors.New("disk full")
	err := fmt.Errorf("saving: %w", fault.Wrap(inner, fault.Internal, "write failed"))
	if fault.Code(err) != fault.Internal || !errors.Is(err, inner) {
		t.Errorf("code %q, chain keeps cause: %v", fault.Code(err), errors.Is(err, inner))
	}
	if fault.Code(nil) != "" || fault.Code(inner) != fault.Internal || fault.Is(nil, fault.Internal) {
		t.Error("nil has no code, a plain error is Internal")
	}
}

func TestGotShortensWithoutBreakingRunes(t *testing.T) {
	t.Parallel()
	v := fault.New("X", "x").Got(strings.Repeat("é", 60)).Value
	if len(v) > 84 || strings.ContainsRune(v, '\uFFFD') {
		t.Errorf("value %q", v)
	}
}
