package trial

import (
	"fmt"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

// Limits of one trial.
const (
	MaxOrders      = 20_000
	MaxOrderBytes  = 2 * order.MaxDocumentBytes // with status and journal
	maxProblems    = 50                         // that are told
	generatedDigit = 26                         // of an id that is made up
)

// Recorded is an order and, when it was recorded, what became of it: one line
// of `orderloom orders export`, what `orders show --json` prints.
type Recorded struct {
	Document order.Document `json:"document"`
	Status   *order.Status  `json:"status,omitempty"`
	Journal  []store.Entry  `json:"journal,omitempty"`
}

// id is the order's own id, or one that is made up of its place.
func (r *Recorded) id(place int) string {
	if r.Status != nil {
		return r.Status.Order
	}
	return fmt.Sprintf("ord_%0*d", generatedDigit, place)
}

// receivedAt is when the order arrived; one that was not recorded arrives when
// it is placed.
func (r *Recorded) receivedAt() time.Time {
	if r.Status != nil && !r.Status.ReceivedAt.IsZero() {
		return r.Status.ReceivedAt.UTC()
	}
	return r.Document.PlacedAt.UTC()
}

// Problem is one thing that keeps an order from being read.
type Problem struct {
	Record  int    `json:"record"`          // its place, from 1
	Order   string `json:"order,omitempty"` // the channel's name of the order
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func (p Problem) String() string {
	s := fmt.Sprintf("record %d", p.Record)
	if p.Order != "" {
		s += " (" + p.Order + ")"
	}
	if p.Field != "" {
		s += ", field " + p.Field
	}
	return s + ": " + p.Message
}

// Problems are those of all orders that were read.
type Problems []Problem

func (ps Problems) Error() string {
	var lines []string
	for _, p := range ps[:min(len(ps), maxProblems)] {
		lines = append(lines, p.String())
	}
	if more := len(ps) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}
