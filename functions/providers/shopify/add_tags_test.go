package shopify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
)

func (w world) tag(t *testing.T, parameters string) error {
	t.Helper()
	in := flow.ActionInput{StepInput: flow.StepInput{Order: orderID, Step: "tell", Key: "tell#0"}, Instance: "channel", Parameters: []byte(parameters)}
	_, err := AddTags.New(w.deps)(t.Context(), encode(in))
	return err
}

func TestAnOrderIsTaggedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.ordered(t, 1)
	for range 2 { // the second is a repeated attempt
		if err := w.tag(t, `{"tags":["returned","vip"]}`); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"returned", "vip"}, w.shop.Tags(externalID)); diff != "" {
		t.Error(diff)
	}
}

func TestTagsThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.ordered(t, 1)
	for _, parameters := range []string{``, `{}`, `{"tags":[]}`, `{"tags":"x"}`, `{"tags":[" "]}`, `{"tags":["a,b"]}`, `{"tags":["` + strings.Repeat("é", maxTagRunes+1) + `"]}`} {
		if err := w.tag(t, parameters); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", parameters, err)
		}
	}
	if tags := w.shop.Tags(externalID); len(tags) > 0 {
		t.Errorf("the shop was told %v", tags)
	}
}

func TestAShopThatCannotBeTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.ordered(t, 1)
	w.shop.Fail(503, 10)
	if err := w.tag(t, `{"tags":["returned"]}`); !fault.Is(err, fault.Unavailable) || !retried(AddTags, fault.Unavailable) {
		t.Errorf("%v", err)
	}
}

func retried(f fn.Function, code string) bool {
	for _, failure := range f.Failures {
		if failure.Code == code {
			return failure.Retry
		}
	}
	return false
}
