package engine

import (
	"github.com/orderloom/orderloom/shared/asl"
)

// advance enters a state and goes on until the thread waits or ends.
func (t *turn) advance(th *thread, st *asl.State, input *value) {
	for st != nil && t.x.status == Running && !t.full {
		t.e.stats.transitions.Add(1)
		th.state = st
		t.emitState(th, event{kind: stateEntered, in: input})
		if t.full {
			return
		}
		st, input = t.act(th)
	}
}

// act does what the thread's state does. It returns the state to go on with, or
// nil when the thread waits or has ended.
func (t *turn) act(th *thread) (*asl.State, *value) {
	switch th.state.Type {
	case asl.Task:
		return t.schedule(th)
	case asl.Choice:
		return t.choose(th)
	case asl.Wait:
		return t.wait(th)
	case asl.Parallel:
		return t.parallel(th)
	case asl.Map:
		return t.iterate(th)
	case asl.Fail:
		return t.failState(th)
	}
	return t.leave(th, th.input, &sight{t: t, th: th}) // Pass, Succeed
}

// leave ends the thread's state: output is what it yields without an Output field.
func (t *turn) leave(th *thread, output *value, s *sight) (*asl.State, *value) {
	st := th.state
	var out, vars *value
	var p *problem
	if st.Language == asl.JSONPath {
		switch st.Type {
		case asl.Pass, asl.Wait, asl.Succeed:
			output, p = s.ownResult()
		}
		if p == nil {
			out, vars, p = s.placed(st, output)
		}
	} else {
		out, vars, p = s.outcome(st.Assign, st.Output, output)
	}
	if p != nil {
		return t.trouble(th, p)
	}
	return t.exit(th, st.Next, out, vars)
}

// exit writes that the state is left and ends the thread when nothing follows.
func (t *turn) exit(th *thread, next *asl.State, out, vars *value) (*asl.State, *value) {
	ends := int64(0)
	if next == nil {
		ends = 1
	}
	parent := th.parent
	t.emitState(th, event{kind: stateExited, in: out, vars: vars, num: ends})
	if next != nil {
		return next, out
	}
	t.quiet(th)
	if parent == nil {
		t.close(executionSucceeded, "", "", out)
	} else if !t.full {
		t.ended(parent, th)
	}
	return nil, nil
}

func (t *turn) choose(th *thread) (*asl.State, *value) {
	st := th.state
	s := &sight{t: t, th: th}
	in, p := s.effective()
	if p != nil {
		return t.trouble(th, p)
	}
	for _, r := range st.Rules {
		yes, p := s.matches(r)
		if p != nil {
			return t.trouble(th, p)
		}
		if yes {
			return t.take(th, s, in, r.Assign, r.Output, r.Next)
		}
	}
	if st.Default == nil {
		return t.trouble(th, &problem{name: asl.ErrNoChoice, cause: "No choice rule of the state '" + st.Name + "' matched and it has no Default."})
	}
	return t.take(th, s, in, st.Assign, st.Output, st.Default)
}

// take leaves a Choice; in is what it looked at.
func (t *turn) take(th *thread, s *sight, in *value, assign asl.Assign, output *asl.Value, next *asl.State) (*asl.State, *value) {
	if th.state.Language == asl.JSONPath {
		output = th.state.OutputPath
	}
	out, vars, p := s.outcome(assign, output, in)
	if p != nil {
		return t.trouble(th, p)
	}
	return t.exit(th, next, out, vars)
}

func (t *turn) wait(th *thread) (*asl.State, *value) {
	s := &sight{t: t, th: th}
	_, p := s.effective()
	var due int64
	if p == nil {
		due, p = s.until(th.state)
	}
	if p != nil {
		return t.trouble(th, p)
	}
	t.emit(th, event{kind: waitUntil, num: max(due, 1)}) // 1970 is over, 0 would be never
	return nil, nil
}

func (t *turn) failState(th *thread) (*asl.State, *value) {
	s := &sight{t: t, th: th}
	name, p := s.text(th.state.Error, "Error")
	if p != nil {
		return t.trouble(th, p)
	}
	cause, p := s.text(th.state.Cause, "Cause")
	if p != nil {
		return t.trouble(th, p)
	}
	t.giveUp(th, &problem{name: name, cause: cause})
	return nil, nil
}
