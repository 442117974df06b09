package policy

import (
	"regexp"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/order"
)

// A score is what a prediction wrote onto the order, as a number: conditions
// compare order.scores.<name>, while order.attributes.<name> is the same as a
// text. What the channel states under that name is no score.
const scorePrefix = "scores."

var scoreName = regexp.MustCompile(`^[a-z][A-Za-z0-9]{0,39}$`)

// scoreField is the field of a path that names a score.
func scoreField(path string) (Field, bool) {
	name, ok := strings.CutPrefix(path, string(event.Order)+"."+scorePrefix)
	return Field{path, "Score " + name, Number, event.Order}, ok && scoreName.MatchString(name)
}

// maxScore is the highest score there is.
const maxScore = 100

// score is the value of a score, nil when there is none. It has few enough
// digits to be the same in decimal and in floating point.
func score(s *order.Status, name string) any {
	d, err := money.Parse(s.Attributes[name])
	if err != nil || d.IsNegative() || d.GreaterThan(decimal.NewFromInt(maxScore)) || !d.Shift(order.ScoreDigits).IsInteger() {
		return nil
	}
	return d.InexactFloat64()
}

// exact is a number that a record has, an int64 or a float64.
func exact(v any) decimal.Decimal {
	if whole, ok := v.(int64); ok {
		return decimal.NewFromInt(whole)
	}
	fraction, _ := v.(float64)
	return decimal.NewFromFloat(fraction)
}

// scoreCandidates are the numbers of the literals and their neighbors among the
// scores, and no data.
func scoreCandidates(literals []literal) candidates {
	c := candidates{values: []any{0.0}, complete: true}
	least := decimal.New(1, -order.ScoreDigits)
	for _, l := range literals {
		for _, n := range l.row.want.numbers {
			for _, near := range []decimal.Decimal{n, n.Add(least), n.Sub(least)} {
				if !near.IsNegative() && !near.GreaterThan(decimal.NewFromInt(maxScore)) {
					c.values = append(c.values, near.InexactFloat64())
				}
			}
		}
	}
	c.values = append(c.values, nil)
	return c
}
