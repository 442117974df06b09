package asl

import "time"

// The states that call nothing and run nothing.

func (p *parser) pass(at place, st *State, n *node) {
	p.known(at, n, with(withNext, p.own(output, with(result, "Result"))...)...)
	if p.paths {
		p.arguments(at, st, n)
		if v := n.Get("Result"); v != nil {
			st.Result = &Value{constant: constant(v)}
		}
	}
	p.leave(at, st, n)
}

func (p *parser) succeed(at place, st *State, n *node) {
	p.known(at, n, with(common, p.own(output, inAndOut)...)...)
	p.flow(at, st, n)
	st.End = true
}

func (p *parser) fail(at place, st *State, n *node) {
	p.known(at, n, with(common, p.own([]string{"Error", "Cause"}, []string{"Error", "ErrorPath", "Cause", "CausePath"})...)...)
	st.Error, st.Cause, st.End = p.words(at, n, "Error"), p.words(at, n, "Cause"), true
	if p.paths {
		p.orPath(at, n, "Error", textOrPath, &st.Error)
		p.orPath(at, n, "Cause", textOrPath, &st.Cause)
	}
}

// orPath reads the field that may stand in place of another: SecondsPath for
// Seconds.
func (p *parser) orPath(at place, n *node, key string, f form, to **Value) {
	p.one(at, n, key, key+"Path")
	if v := p.path(at, n, key+"Path", f); v != nil {
		*to = v
	}
}

func (p *parser) wait(at place, st *State, n *node) {
	fields := []string{"Seconds", "Timestamp"}
	p.known(at, n, with(withNext, p.own(with(fields, output...), with(fields, with(inAndOut, "SecondsPath", "TimestampPath")...))...)...)
	st.Seconds = p.amount(at, n, "Seconds", 0)
	st.Timestamp = p.words(at, n, "Timestamp")
	if p.paths {
		p.orPath(at, n, "Seconds", reference, &st.Seconds)
		p.orPath(at, n, "Timestamp", reference, &st.Timestamp)
	}
	if (st.Seconds == nil) == (st.Timestamp == nil) {
		p.add(InvalidValue, at, n.Pos, "a Wait state has exactly one of Seconds and Timestamp%s", map[bool]string{true: ", SecondsPath and TimestampPath"}[p.paths])
	}
	if n.Get("Timestamp") != nil {
		v, _ := st.Timestamp.Constant()
		if text, ok := v.(string); ok { // another kind is reported already
			if _, err := time.Parse(time.RFC3339, text); err != nil {
				p.add(InvalidValue, at.in("Timestamp"), n.Get("Timestamp").Pos, "Timestamp is not an RFC 3339 time")
			}
		}
	}
	p.leave(at, st, n)
}
