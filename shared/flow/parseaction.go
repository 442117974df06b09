package flow

import (
	"regexp"
	"strconv"

	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// actionStep reads the fields of a step that stands for a capability.
func (r *reader) actionStep(s *Step, n *jsondoc.Node, a ActionStep) {
	if a.Function != "" {
		s.Action = a.Function
	}
	switch s.Type {
	case RequestFulfillment:
		s.Mode = r.Choice(n, "mode", ModeCheck, ModeCreate, ModeCheckAndCreate)
	case Predict:
		r.predict(s, n)
	}
}

// scoreName is what a score can be called: it becomes a part of paths.
var scoreName = regexp.MustCompile(`^[a-z][A-Za-z0-9]{0,39}$`)

// Bounds of a score.
const (
	MostProbability = 1
	MostPercent     = 100
)

func (r *reader) predict(s *Step, n *jsondoc.Node) {
	if s.Score = r.NeedText(n, "score"); s.Score != "" && !scoreName.MatchString(s.Score) {
		r.At(n.Get("score"), jsondoc.InvalidValue, "%q is no name of a score | Use up to 40 letters and digits, a small letter first", s.Score)
	}
	if v := r.Need(n, "most"); v != nil && r.Is(v, jsondoc.Number) {
		s.Most, _ = strconv.Atoi(v.Text) // what is no whole number is none of the two
		if s.Most != MostProbability && s.Most != MostPercent {
			r.At(v, jsondoc.InvalidValue, "a score goes up to %d or to %d, not to %s", MostProbability, MostPercent, v.Text)
		}
	}
	called := n.Get("action") != nil || n.Get("instance") != nil || n.Get("parameters") != nil
	if (n.Get("policies") != nil) == called {
		r.At(n, policy.AmbiguousForm, "a prediction has exactly one of policies and action | Name the policies that set order.attributes.<score>, or the action that asks a model")
	}
	if called && n.Get("action") == nil {
		r.Need(n, "action")
	}
}

// absent reports whether a prediction does without what it may leave out: its
// score comes from policies or from an action.
func absent(t StepType, field string, n *jsondoc.Node) bool {
	return t == Predict && (field == "policies" || field == "action") && n.Get(field) == nil
}
