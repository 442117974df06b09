package order

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
)

// Scored is the payload of OrderScored.
type Scored struct {
	Name  string      `json:"name"` // of the attribute that keeps it
	Most  int         `json:"most"`
	Value json.Number `json:"value"`
}

// ScoreDigits is how many digits of a score are kept after the point.
const ScoreDigits = 3

// Score reads a score, a number from 0 to most. Any other is refused: policies
// would decide by it.
func Score(text string, most int) (string, *fault.Error) {
	d, err := decimal.NewFromString(text)
	outlandish := len(text) > 32 || d.Exponent() > 10 || d.Exponent() < -40 // arithmetic with it would be expensive
	if err != nil || outlandish || d.IsNegative() || d.GreaterThan(decimal.NewFromInt(int64(most))) {
		return "", fault.New(fault.Invalid, "a score is a number from 0 to %d", most).Got(text).Do("Correct what computes the score, then reprocess")
	}
	return d.Round(ScoreDigits).String(), nil
}

// scored keeps a score with the order.
func (s *Status) scored(e event.Event) error {
	p, err := payload[Scored](e)
	if err != nil {
		return err
	}
	number, refused := Score(p.Value.String(), p.Most)
	if refused != nil {
		return refused.On(s.Order, "attributes."+p.Name)
	}
	s.SetAttribute("", p.Name, number)
	return nil
}
