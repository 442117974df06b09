package console

import (
	"testing"

	"github.com/orderloom/orderloom/shared/order"
)

// A shipped order that its shop knows nothing of needs somebody, too.
func TestWhatWaitsForAPersonIsCountedAsThatWhateverItsState(t *testing.T) {
	t.Parallel()
	var st Stats
	for _, s := range []order.Status{
		{State: order.Completed, OpenExceptions: []string{"exc_1"}}, {State: order.OnHold},
		{State: order.InProgress, OpenExceptions: []string{"exc_2"}}, {State: order.Completed}, {State: order.Canceled}, {State: order.New},
	} {
		st.count(s)
	}
	if want := (Stats{Received: 6, InFlight: 1, Shipped: 1, Canceled: 1, Attention: 3}); st != want {
		t.Errorf("%+v, want %+v", st, want)
	}
}
