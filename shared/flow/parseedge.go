package flow

import (
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// edge reads a target: the id of a step, or {"to": id, "again": {"maximum": n}}.
func (r *reader) edge(n *jsondoc.Node, key string) Edge {
	v := n.Get(key)
	if v == nil {
		r.At(n, MissingNext, "the path ends here without an end: %q is missing | Lead it to the next step, or to a step of type end", key)
		return Edge{}
	}
	switch v.Kind {
	case jsondoc.String:
		return Edge{To: v.Text}
	case jsondoc.Object:
		r.Known(v, "to", "again")
		e := Edge{To: r.NeedText(v, "to")}
		if r.Need(v, "again") != nil {
			e.Again = r.again(v, 0)
		}
		return e
	}
	r.At(v, jsondoc.WrongType, "this is %s; it must be the id of a step, or an object with to and again", v.Kind)
	return Edge{}
}

// again reads {"again": {"maximum": n}}.
func (r *reader) again(n *jsondoc.Node, def int) Again {
	v := n.Get("again")
	if v == nil || !r.Is(v, jsondoc.Object) {
		return Again(def)
	}
	r.Known(v, "maximum")
	if r.Need(v, "maximum") == nil {
		return Again(def)
	}
	return Again(r.Int(v, "maximum", def, 1, MaxAgain))
}

// duration reads an ISO 8601 duration, 0 when it is absent.
func (r *reader) duration(n *jsondoc.Node, key string) time.Duration {
	v := n.Get(key)
	if v == nil || !r.Is(v, jsondoc.String) {
		return 0
	}
	d, ok := ParseDuration(v.Text)
	if !ok {
		r.At(v, jsondoc.InvalidValue, "%q is not a duration between a second and a year | Write e.g. PT30S, PT2H or P30D", v.Text)
		return 0
	}
	return d
}

// retry reads an override of the automatic repetition, nil when there is none.
func (r *reader) retry(n *jsondoc.Node) *Retry {
	v := n.Get("retry")
	if v == nil || !r.Is(v, jsondoc.Object) {
		return nil
	}
	r.Known(v, "attempts", "interval", "rate", "maxDelay")
	out := DefaultRetry()
	out.Attempts = r.Int(v, "attempts", out.Attempts, 0, 20)
	if d := r.duration(v, "interval"); d > 0 {
		out.Interval = d
	}
	if d := r.duration(v, "maxDelay"); d > 0 {
		out.MaxDelay = d
	}
	if rate := v.Get("rate"); rate != nil && r.Is(rate, jsondoc.Number) {
		f, err := strconv.ParseFloat(rate.Text, 64)
		if err != nil || f < 1 || f > 10 {
			r.At(rate, jsondoc.InvalidValue, "%s is not a factor between 1 and 10", rate.Text)
		} else {
			out.Rate = f
		}
	}
	if out.MaxDelay < out.Interval {
		r.At(v, jsondoc.InvalidValue, "maxDelay is shorter than interval")
	}
	return &out
}

// DefaultRetry is how an attempt that failed for a passing reason is repeated:
// after about 2, 4, 8, 16 and 32 seconds.
func DefaultRetry() Retry {
	return Retry{Attempts: 5, Interval: 2 * time.Second, Rate: 2, MaxDelay: time.Minute}
}
