package flow

import (
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// This file reads the steps that wait on purpose: for a time, or for a person.

// maxSentence keeps what people are told short enough for a list.
const maxSentence = 200

// wait reads exactly one of for and until.
func (r *reader) wait(s *Step, n *jsondoc.Node) {
	until := n.Get("until")
	if (until == nil) == (n.Get("for") == nil) {
		r.At(n, policy.AmbiguousForm, "a wait has exactly one of for and until | Write \"for\": \"PT2H\", or \"until\": {\"field\": \"order.shipBy\", \"offset\": \"-P1D\"}")
	}
	s.For = r.duration(n, "for")
	if until == nil || !r.Is(until, jsondoc.Object) {
		return
	}
	r.Known(until, "field", "offset")
	s.Until.Field = r.dateField(until)
	v := until.Get("offset")
	if v == nil || !r.Is(v, jsondoc.String) {
		return
	}
	var ok bool
	if s.Until.Offset, ok = ParseOffset(v.Text); !ok {
		r.At(v, jsondoc.InvalidValue, "%q is not a duration of up to a year | Write e.g. PT4H, or -P1D for the day before", v.Text)
	}
}

// dateField reads the path of a date of the order.
func (r *reader) dateField(n *jsondoc.Node) string {
	path := r.NeedText(n, "field")
	if path == "" {
		return ""
	}
	f, ok := r.lookup(path)
	switch {
	case !ok:
		r.At(n.Get("field"), policy.UnknownPath, "there is no field %q | Dates: %s", path, r.doc.dates())
	case f.Of != r.doc.Record() || f.Type != policy.Time:
		r.At(n.Get("field"), jsondoc.InvalidValue, "%q is no date of the %s | Dates: %s", path, r.doc.Type, r.doc.dates())
	}
	return path
}

func (r *reader) hold(s *Step, n *jsondoc.Node) {
	s.Reason = r.sentence(n, "reason")
	if n.Get("expiry") == nil {
		if v := n.Get("onExpiry"); v != nil {
			r.At(v, MisplacedField, "a hold without expiry has no onExpiry | Add an expiry, e.g. \"expiry\": \"P3D\", or leave it out")
		}
		return
	}
	s.Deadline = r.duration(n, "expiry")
	s.Default = Late(r.Choice(n, "onExpiry", string(LateContinue), string(LateException)))
}

func (r *reader) approval(s *Step, n *jsondoc.Node) {
	s.Who, s.Question = r.sentence(n, "who"), r.sentence(n, "question")
	s.Default = Late(r.Choice(n, "default", string(LateApprove), string(LateReject)))
	s.Yes, s.No = r.edge(n, "yes"), r.edge(n, "no")
}

// sentence reads a text that people are shown.
func (r *reader) sentence(n *jsondoc.Node, key string) string {
	text := r.NeedText(n, key)
	if utf8.RuneCountInString(text) > maxSentence {
		r.At(n.Get(key), jsondoc.InvalidValue, "the text is longer than %d characters", maxSentence)
	}
	return text
}

// waitForEvent reads what is waited for and what becomes of the step when it
// does not come: it fails, as far as other steps are concerned.
func (r *reader) waitForEvent(s *Step, n *jsondoc.Node) {
	s.Event = r.NeedText(n, "event")
	if n.Get("onDeadline") == nil {
		return
	}
	if s.OnFailure = r.NeedText(n, "onDeadline"); s.OnFailure == ToException {
		s.OnFailure = "" // as if nothing were said
	}
}
