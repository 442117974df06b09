package asl

import (
	"slices"

	"github.com/orderloom/orderloom/shared/jsontree"
)

// Names of errors that the interpreter itself raises or matches.
const (
	ErrAll              = "States.ALL"
	ErrTaskFailed       = "States.TaskFailed"
	ErrTimeout          = "States.Timeout"
	ErrHeartbeatTimeout = "States.HeartbeatTimeout"
	ErrRuntime          = "States.Runtime"
	ErrDataLimit        = "States.DataLimitExceeded"
	ErrQuery            = "States.QueryEvaluationError"
	ErrNoChoice         = "States.NoChoiceMatched"
	ErrReferencePath    = "States.ReferencePathConflict" // AWS's name for what the States Language calls States.ResultPathMatchFailure
	ErrIntrinsic        = "States.IntrinsicFailure"
)

// Matches reports whether a list of ErrorEquals covers an error. States.Runtime
// is never covered; States.DataLimitExceeded only by its own name.
// States.TaskFailed covers all but time-outs, States.Timeout also a heartbeat
// that did not come.
func Matches(errorEquals []string, name string) bool {
	if name == ErrRuntime {
		return false
	}
	late := name == ErrTimeout || name == ErrHeartbeatTimeout
	for _, e := range errorEquals {
		switch {
		case e == name,
			e == ErrAll && name != ErrDataLimit,
			e == ErrTaskFailed && !late && name != ErrDataLimit,
			e == ErrTimeout && late:
			return true
		}
	}
	return false
}

func (p *parser) retry(at place, st *State, n *node) {
	at = at.in("Retry")
	for i, r := range p.handlers(at, n.Get("Retry")) {
		here := at.in(itoa(i))
		p.known(here, r, "ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxAttempts", "MaxDelaySeconds", "JitterStrategy", "Comment")
		jitter := p.text(here, r, "JitterStrategy")
		if jitter != "" && jitter != "FULL" && jitter != "NONE" {
			p.add(InvalidValue, here.in("JitterStrategy"), r.Get("JitterStrategy").Pos, "JitterStrategy is %q, not FULL or NONE", jitter)
		}
		st.Retry = append(st.Retry, Retrier{
			ErrorEquals:     p.errorEquals(here, r, i == len(n.Get("Retry").Items)-1),
			IntervalSeconds: float64(p.whole(here, r, "IntervalSeconds", 1, 1, maxSeconds)),
			BackoffRate:     p.number(here, r, "BackoffRate", 2, 1, 1e6),
			MaxAttempts:     p.whole(here, r, "MaxAttempts", 3, 0, maxSeconds),
			MaxDelaySeconds: float64(p.whole(here, r, "MaxDelaySeconds", 0, 1, 31_622_400)),
			FullJitter:      jitter == "FULL",
		})
	}
}

func (p *parser) catch(at place, st *State, n *node) {
	at = at.in("Catch")
	catchers := p.handlers(at, n.Get("Catch"))
	st.Catch = make([]Catcher, len(catchers))
	for i, c := range catchers {
		here := at.in(itoa(i))
		p.known(here, c, with(p.own(output, []string{"ResultPath"}), "ErrorEquals", "Next", "Assign", "Comment")...)
		k := &st.Catch[i]
		k.ErrorEquals = p.errorEquals(here, c, i == len(catchers)-1)
		if k.Assign = p.assign(here, c); p.paths {
			k.ResultPath = p.resultPath(here, c)
		} else {
			k.Output = p.any(here, c, "Output")
		}
		p.edge(here, st, c, "Next", k.Assign, &k.Next)
		if covered(st.Catch[:i], k.ErrorEquals) {
			p.add(UnreachableCatch, here, c.Pos, "the catchers before this one take all of its errors")
		}
	}
}

// covered reports whether earlier catchers take every one of the errors, so
// that a catcher for these would never get any.
func covered(earlier []Catcher, names []string) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool {
		return name == ErrAll || !slices.ContainsFunc(earlier, func(c Catcher) bool {
			return slices.Contains(c.ErrorEquals, name) || !slices.Contains(c.ErrorEquals, ErrAll) && takes(c.ErrorEquals, name)
		})
	})
}

// takes is Matches for a name in a list: States.TaskFailed stands for many.
func takes(errorEquals []string, name string) bool {
	return name != ErrTaskFailed && Matches(errorEquals, name)
}

// handlers returns the objects of Retry or Catch.
func (p *parser) handlers(at place, n *node) []*node {
	if n == nil {
		return nil
	}
	if n.Kind != jsontree.Array {
		p.wrongKind(at, n, "an array")
	}
	for i, item := range n.Items {
		if item.Kind != jsontree.Object {
			p.wrongKind(at.in(itoa(i)), item, "an object")
			return nil
		}
	}
	return n.Items
}

func (p *parser) errorEquals(at place, n *node, last bool) []string {
	list := n.Get("ErrorEquals")
	if list == nil || list.Kind != jsontree.Array || len(list.Items) == 0 {
		p.add(MissingField, at, n.Pos, "ErrorEquals is an array with at least one name of an error")
		return nil
	}
	at = at.in("ErrorEquals")
	var names []string
	for i, item := range list.Items {
		if item.Kind != jsontree.String {
			p.wrongKind(at.in(itoa(i)), item, "a string")
		}
		if item.Text == ErrAll && (!last || len(list.Items) > 1) {
			p.add(MisplacedStatesAll, at.in(itoa(i)), item.Pos, "States.ALL must stand alone and in the last entry")
		}
		names = append(names, item.Text)
	}
	return names
}
