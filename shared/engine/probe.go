package engine

import (
	"maps"
	"slices"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// probe watches the one state of a test. Executions have none: saw and met do
// nothing then. The lock of the execution guards it until done is signaled.
type probe struct {
	state   *asl.State
	retried int
	context *jsonata.Object

	entered bool
	over    bool
	result  StateTested
	problem *problem
	data    map[string]*value
	vars    jsonata.Vars
	done    chan struct{}
}

// saw notes a value on its way through the fields of the state.
func (p *probe) saw(field string, v *value) {
	if p != nil && !p.over && v != nil {
		p.data[field] = v
	}
}

// met notes what went wrong.
func (p *probe) met(what *problem) {
	if p != nil && !p.over {
		p.problem = what
	}
}

// hears takes an event that was applied to th.
func (p *probe) hears(ev *event, th *thread) {
	if p.over {
		return
	}
	mine := ev.state == p.state.Index+1
	switch {
	case ev.kind == stateEntered && mine && !p.entered:
		p.entered = true
		p.saw("input", ev.in)
		if p.retried > 0 {
			th.retried, th.retries = p.retried, slices.Repeat([]int{p.retried}, len(p.state.Retry))
		}
	case ev.kind == taskScheduled && p.state.Language == asl.JSONata:
		p.saw("afterArguments", ev.in)
	case ev.kind == taskSucceeded:
		p.saw("result", ev.in)
	case ev.kind == stateExited && mine:
		p.left(ev, th)
	case ev.kind == stateEntered:
		p.result.Next = th.state.Name
		p.end()
	case ev.kind == retryAt:
		p.result.Status, p.result.Retrier, p.result.RetryIn = TestRetriable, int(ev.num2), (ev.num-ev.at)/1000
		p.end()
	case ev.kind.closes():
		if ev.kind != executionSucceeded {
			p.result.Status, p.result.Error, p.result.Cause = TestFailed, ev.err, ev.cause
		}
		p.end()
	}
}

func (p *probe) left(ev *event, th *thread) {
	p.result.Status, p.result.Output = TestSucceeded, ev.in.json()
	if p.problem != nil {
		p.result.Status = TestCaught
		p.result.Catcher = slices.IndexFunc(p.state.Catch, func(c asl.Catcher) bool { return asl.Matches(c.ErrorEquals, p.problem.name) })
	}
	p.vars = maps.Clone(th.variables())
}

func (p *probe) end() {
	p.over = true
	p.done <- struct{}{}
}

// tested is the outcome, with the data that it went through as texts.
func (p *probe) tested() StateTested {
	out := p.result
	if p.problem != nil && out.Error == "" {
		out.Error, out.Cause = p.problem.name, p.problem.cause
	}
	out.Data = map[string]string{}
	for field, v := range p.data {
		out.Data[field] = string(v.json())
	}
	delete(p.vars, "states")
	if len(p.vars) > 0 {
		o := jsonata.NewObject()
		for _, name := range slices.Sorted(maps.Keys(p.vars)) {
			o.Set(name, p.vars[name])
		}
		out.Data["variables"] = string(newValue(o).json())
	}
	return out
}
