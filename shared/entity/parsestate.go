package entity

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// events reads the events that flows raise.
func (r *reader) events(n *jsondoc.Node) {
	if n.Get("events") == nil {
		return
	}
	seen := map[string]bool{}
	for _, item := range r.objects(n, "events", MaxEvents) {
		r.Known(item, "name", "title", "payload")
		d := Event{Name: r.NeedText(item, "name"), Title: r.NeedText(item, "title")}
		r.once(seen, item, "name", d.Name)
		switch rest, mine := strings.CutPrefix(d.Name, r.e.Word()); {
		case d.Name == "":
		case !mine || rest == "" || !eventPattern.MatchString(d.Name):
			r.At(item.Get("name"), InvalidEventName, "%q does not say what happened to the record | Begin with %s and end with a past participle or Failed, e.g. %sSettled", d.Name, r.e.Word(), r.e.Word())
		case r.e.has(Happening(rest)):
			r.At(item.Get("name"), ReservedID, "every entity has the event %q already", d.Name)
		}
		if item.Get("payload") != nil {
			d.Payload = r.payload(item)
		}
		r.e.Events = append(r.e.Events, d)
	}
}

// has reports whether it happens to every entity.
func (e *Entity) has(h Happening) bool {
	for _, have := range happenings {
		if have.Happening == h {
			return true
		}
	}
	return false
}

func (r *reader) payload(n *jsondoc.Node) (all []Value) {
	seen := map[string]bool{}
	for _, item := range r.objects(n, "payload", MaxFields) {
		r.Known(item, "id", "title")
		v := Value{ID: r.matching(item, "id", idPattern, "Use up to 40 letters and digits, a small letter first"), Title: r.NeedText(item, "title")}
		r.once(seen, item, "id", v.ID)
		all = append(all, v)
	}
	return all
}

func (r *reader) states(n *jsondoc.Node) {
	seen := map[string]bool{}
	for _, item := range r.objects(n, "states", MaxStates) {
		r.Known(item, "name", "reasons", "final")
		s := State{Name: r.word(item, "name"), Final: r.flag(item, "final")}
		r.once(seen, item, "name", s.Name)
		if v := r.Need(item, "reasons"); v != nil {
			s.Reasons = r.Texts(item, "reasons")
			if v.Kind == jsondoc.Array && (len(v.Items) == 0 || slices.Contains(s.Reasons, "")) {
				r.At(v, jsondoc.InvalidValue, "a state has at least one reason, and no empty one | Write the state's name again if there is nothing to add")
			}
		}
		r.e.States = append(r.e.States, s)
	}
	if first := r.Need(n, "initial"); first != nil && r.Is(first, jsondoc.Object) {
		r.Known(first, "state", "reason")
		r.e.Initial = r.standing(first, "state")
	}
}

// word reads a name that people read and commands take.
func (r *reader) word(n *jsondoc.Node, key string) string {
	text := r.NeedText(n, key)
	if utf8.RuneCountInString(text) > maxTitle || text != strings.TrimSpace(text) || strings.Contains(text, "/") {
		r.At(n.Get(key), jsondoc.InvalidValue, "%q is no name of up to %d characters without a slash", text, maxTitle)
	}
	return text
}

// standing reads a state under a key, and its reason.
func (r *reader) standing(n *jsondoc.Node, key string) Standing {
	at := Standing{r.NeedText(n, key), r.NeedText(n, "reason")}
	s, ok := r.e.State(at.State)
	switch {
	case at.State == "":
	case !ok:
		r.At(n.Get(key), UnknownState, "there is no state %q | Declare it under states", at.State)
	case at.Reason != "" && !slices.Contains(s.Reasons, at.Reason):
		r.At(n.Get("reason"), UnknownReason, "the state %q has no reason %q | Add it to the state", s.Name, at.Reason)
	}
	return at
}

func (r *reader) transitions(n *jsondoc.Node) {
	seen := map[[2]string]bool{}
	for _, item := range r.objects(n, "transitions", MaxStates*MaxEvents) {
		r.Known(item, "event", "from", "to", "reason")
		t := Transition{Event: r.NeedText(item, "event")}
		if t.Event != "" && !r.e.knows(t.Event) {
			r.At(item.Get("event"), UnknownEvent, "nothing raises an event %q | Declare it under events, or choose one that every entity has, such as %s", t.Event, r.e.Event(Validated))
		}
		if v := r.Need(item, "from"); v != nil {
			t.From = r.Texts(item, "from")
			r.sources(v, t, seen)
		}
		if item.Get("to") != nil || item.Get("reason") != nil {
			to := r.standing(item, "to")
			t.To, t.Reason = to.State, to.Reason
		}
		r.e.Transitions = append(r.e.Transitions, t)
	}
	r.reachable(n)
}

// sources checks the states that a transition leads out of.
func (r *reader) sources(list *jsondoc.Node, t Transition, seen map[[2]string]bool) {
	if list.Kind == jsondoc.Array && len(list.Items) == 0 {
		r.At(list, jsondoc.InvalidValue, "the transition leads out of no state")
	}
	for _, item := range list.Items {
		s, ok := r.e.State(item.Text)
		switch {
		case item.Kind != jsondoc.String: // reported
		case !ok:
			r.At(item, UnknownState, "there is no state %q | Declare it under states", item.Text)
		case s.Final:
			r.At(item, FinalStateLeft, "the state %q is final; nothing leads out of it", s.Name)
		case seen[[2]string{t.Event, s.Name}]:
			r.At(item, AmbiguousTransition, "%s leads from %q to two places", t.Event, s.Name)
		}
		seen[[2]string{t.Event, item.Text}] = true
	}
}

// reachable reports states that no record ever comes to.
func (r *reader) reachable(n *jsondoc.Node) {
	if _, ok := r.e.State(r.e.Initial.State); !ok {
		return // everything would be unreachable
	}
	seen := map[string]bool{r.e.Initial.State: true}
	for grown := true; grown; {
		grown = false
		for _, t := range r.e.Transitions {
			if t.To != "" && !seen[t.To] && slices.ContainsFunc(t.From, func(s string) bool { return seen[s] }) {
				seen[t.To], grown = true, true
			}
		}
	}
	for i, s := range r.e.States {
		if s.Name != "" && !seen[s.Name] {
			r.At(n.Get("states").Items[i], UnreachableState, "no transition leads to the state %q | Lead one there, or remove it", s.Name)
		}
	}
}
