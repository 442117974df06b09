package asl

import (
	"regexp"
	"time"
	"unicode/utf8"
)

var (
	common     = []string{"Type", "Comment", "QueryLanguage"}
	withNext   = append(common[:3:3], "Next", "End", "Assign", "Output")
	withErrors = append(withNext[:7:7], "Retry", "Catch")
)

func with(base []string, more ...string) []string { return append(base[:len(base):len(base)], more...) }

// state reads one state into st.
func (p *parser) state(st *State, m member) {
	at := place{st.Name, st.pointer, ""}
	n := m.val
	if n.kind != kindObject {
		p.add(InvalidValue, at, n.pos, "a state is an object, not %s", n.kind)
		return
	}
	if utf8.RuneCountInString(st.Name) > 80 || st.Name == "" {
		p.add(InvalidValue, at, m.pos, "the name of a state has 1 to 80 characters")
	}
	p.stateLanguage(at, n)
	st.Type = Type(p.text(at, n, "Type"))
	read, ok := map[Type]func(place, *State, *node){
		Pass: p.pass, Task: p.task, Choice: p.choice, Wait: p.wait,
		Parallel: p.parallel, Map: p.mapState, Succeed: p.succeed, Fail: p.fail,
	}[st.Type]
	switch {
	case n.get("Type") == nil:
		p.add(MissingField, at, n.pos, "Type is missing")
	case !ok:
		p.add(UnknownType, at.in("Type"), n.get("Type").pos, "there is no state type %q", st.Type)
	default:
		read(at, st, n)
	}
}

func (p *parser) stateLanguage(at place, n *node) {
	language := p.text(at, n, "QueryLanguage")
	switch {
	case language == "JSONata" || language == "" && p.language == "JSONata":
	case language == "" || language == "JSONPath":
		p.add(UnsupportedLanguage, at, n.pos, `state %q uses JSONPath; write "QueryLanguage": "JSONata"`, at.state)
	default:
		p.add(InvalidValue, at.in("QueryLanguage"), n.get("QueryLanguage").pos, "QueryLanguage is %q, not JSONata", language)
	}
}

// leave reads how a state ends: Assign, Output and Next or End.
func (p *parser) leave(at place, st *State, n *node) {
	st.Assign = p.assign(at, n)
	st.Output = p.any(at, n, "Output")
	next, end := n.get("Next"), n.get("End")
	if end != nil {
		if end.kind != kindBool {
			p.wrongKind(at.in("End"), end, "a boolean")
		}
		st.End = end.yes
	}
	switch {
	case next != nil && st.End:
		p.add(InvalidValue, at.in("End"), end.pos, "a state has either Next or End, not both")
	case next != nil:
		p.edge(at, st, n, "Next", st.Assign, &st.Next)
	case !st.End:
		p.add(MissingField, at, n.pos, "the state has neither Next nor \"End\": true")
	}
}

// edge notes a transition named by n's field key; link resolves it.
func (p *parser) edge(at place, st *State, n *node, key string, assign Assign, to **State) {
	target := n.get(key)
	if target == nil {
		p.add(MissingField, at, n.pos, "%s is missing", key)
		return
	}
	if target.kind != kindString {
		p.wrongKind(at.in(key), target, "a string")
		return
	}
	st.edges = append(st.edges, edge{target.text, assign, to, at.in(key).pointer, target.pos})
}

var variableName = regexp.MustCompile(`^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]{0,79}$`)

func (p *parser) assign(at place, n *node) Assign {
	v := n.get("Assign")
	if v == nil {
		return nil
	}
	at = at.in("Assign")
	if v.kind != kindObject {
		p.wrongKind(at, v, "an object")
	}
	var out Assign
	for _, m := range v.members {
		if !variableName.MatchString(m.key) || m.key == "states" {
			p.add(InvalidValue, at.in(m.key), m.pos, "%q cannot be the name of a variable", m.key)
		}
		out = append(out, Assignment{m.key, p.value(at.in(m.key), m.val)})
	}
	return out
}

func (p *parser) pass(at place, st *State, n *node) {
	p.known(at, n, withNext...)
	p.leave(at, st, n)
}

func (p *parser) succeed(at place, st *State, n *node) {
	p.known(at, n, with(common, "Output")...)
	st.Output, st.End = p.any(at, n, "Output"), true
}

func (p *parser) fail(at place, st *State, n *node) {
	p.known(at, n, with(common, "Error", "Cause")...)
	st.Error, st.Cause, st.End = p.words(at, n, "Error"), p.words(at, n, "Cause"), true
}

func (p *parser) wait(at place, st *State, n *node) {
	p.known(at, n, with(withNext, "Seconds", "Timestamp")...)
	st.Seconds = p.amount(at, n, "Seconds", 0)
	st.Timestamp = p.words(at, n, "Timestamp")
	if (st.Seconds == nil) == (st.Timestamp == nil) {
		p.add(InvalidValue, at, n.pos, "a Wait state has exactly one of Seconds and Timestamp")
	}
	if st.Timestamp != nil {
		v, _ := st.Timestamp.Constant()
		if text, ok := v.(string); ok { // another kind is reported already
			if _, err := time.Parse(time.RFC3339, text); err != nil {
				p.add(InvalidValue, at.in("Timestamp"), n.get("Timestamp").pos, "Timestamp is not an RFC 3339 time")
			}
		}
	}
	p.leave(at, st, n)
}

func (p *parser) choice(at place, st *State, n *node) {
	p.known(at, n, with(common, "Choices", "Default", "Assign", "Output")...)
	st.Assign, st.Output = p.assign(at, n), p.any(at, n, "Output")
	if n.get("Default") != nil {
		p.edge(at, st, n, "Default", st.Assign, &st.Default)
	}
	choices := n.get("Choices")
	if choices == nil || choices.kind != kindArray || len(choices.items) == 0 {
		p.add(MissingField, at, n.pos, "a Choice state has an array Choices with at least one rule")
		return
	}
	st.Rules = make([]Rule, len(choices.items))
	for i, c := range choices.items {
		p.rule(at.in("Choices").in(itoa(i)), st, &st.Rules[i], c)
	}
}

func (p *parser) rule(at place, st *State, r *Rule, n *node) {
	if n.kind != kindObject {
		p.wrongKind(at, n, "an object")
		return
	}
	p.known(at, n, "Condition", "Next", "Assign", "Output", "Comment")
	r.Assign, r.Output = p.assign(at, n), p.any(at, n, "Output")
	switch c := n.get("Condition"); {
	case c == nil:
		p.add(MissingField, at, n.pos, "Condition is missing")
	case c.kind == kindBool || c.kind == kindString && isExpression(c.text):
		r.Condition = p.value(at.in("Condition"), c)
	default:
		p.wrongKind(at.in("Condition"), c, "a boolean or an expression")
	}
	p.edge(at, st, n, "Next", r.Assign, &r.Next)
}
