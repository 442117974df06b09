package flows

import (
	"context"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table"
)

// Told is what a person tells a flow.
type Told struct {
	Rate    int    `json:"rate,omitempty"`    // pause, resume: orders per second that go on; default 10
	Version int    `json:"version,omitempty"` // rollback: default the one before
	By      string `json:"by,omitempty"`
	Comment string `json:"comment,omitempty"`
}

// Steered is what a flow does now.
type Steered struct {
	Live    registry.Live `json:"live"`
	Control steer.Control `json:"control"`
}

// Steer tells a published flow to pause, to go on or to stop, to go back to an
// older version, or to give all orders to the version on trial.
var Steer = fn.Function{
	ID:      "flows/steer",
	Summary: "Pause, resume or stop a flow, make an older version live again, or promote the one on trial",
	Trigger: fn.Trigger{Routes: []fn.Route{
		{Method: "POST", Path: "/api/flows/{id}/pause"},
		{Method: "POST", Path: "/api/flows/{id}/resume"},
		{Method: "POST", Path: "/api/flows/{id}/stop"},
		{Method: "POST", Path: "/api/flows/{id}/rollback"},
		{Method: "POST", Path: "/api/flows/{id}/promote"},
	}},
	Failures: []fn.Failure{
		{Code: fault.NotFound, Meaning: "no such flow, or it has no such version"},
		{Code: fault.Invalid, Meaning: "the rate is out of bounds, or the flow is not of orders"},
		{Code: fault.Conflict, Meaning: "what the flow does now does not allow it, or the repository owns it"},
	},
	Example: fn.ExampleRequest("POST", "/api/flows/lab/pause", map[string]string{"id": "lab"}, `{"by":"ann","comment":"the warehouse is closed"}`),
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := steerer{publisherOf(d), d.Table}
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			var said Told
			if len(req.Body) > 0 {
				var err error
				if said, err = fn.Decode[Told](req.Body); err != nil {
					return fn.Response{}, err
				}
			}
			out, err := s.steer(ctx, req.Params["id"], req.Path[strings.LastIndex(req.Path, "/")+1:], said)
			if err != nil {
				return fn.Response{}, err
			}
			return fn.JSON(200, out)
		})
	},
}

type steerer struct {
	publisher
	table table.Table
}

func (s steerer) steer(ctx context.Context, id, verb string, said Told) (out Steered, err error) {
	if said.Rate < 0 || said.Rate > steer.MaxRate {
		return out, fault.New(fault.Invalid, "a rate is between 1 and %d orders per second", steer.MaxRate).On(id, "rate").Got(said.Rate)
	}
	if out.Live, err = s.registry.Flow(ctx, id); err != nil {
		return out, err
	}
	switch verb {
	case "rollback":
		out.Live, err = s.rollback(ctx, out.Live, said)
	case "promote":
		out.Live, err = s.promote(ctx, out.Live)
	default:
		if out.Live.Type != "" { // nothing gates their steps, and no queue is before them
			return out, fault.New(fault.Invalid, "only flows of orders can be told to %s", verb).On(id, "type").Got(out.Live.Type)
		}
		out.Control, err = s.tell(ctx, id, verb, said)
		return out, err
	}
	if err != nil {
		return out, err
	}
	out.Control, err = steer.Load(ctx, s.table, id)
	return out, err
}

// tell decides on what the flow was told before. Who was faster is decided on
// once more; telling the same again is no harm.
func (s steerer) tell(ctx context.Context, id, verb string, said Told) (steer.Control, error) {
	for range steerAttempts {
		c, err := steer.Load(ctx, s.table, id)
		if err != nil {
			return c, err
		}
		next, err := obey(c, verb, said, s.now())
		if err != nil {
			return c, err
		}
		if saved, ok, err := steer.Save(ctx, s.table, next); err != nil || ok {
			return saved, err
		}
	}
	return steer.Control{}, fault.New(fault.Conflict, "others keep steering the flow").On(id, "").Do("Look what it does, then try again")
}

// obey is what a flow does that is told something.
func obey(c steer.Control, verb string, said Told, now time.Time) (steer.Control, error) {
	before := c.State
	switch {
	case verb == "pause" && before != steer.Stopped:
		c.State = steer.Paused
	case verb == "resume" && (before == steer.Paused || before == steer.Stopped):
		c.State, c.Drained = steer.Draining, now.Add(-time.Second) // the first go at once
	case verb == "resume" && before != steer.Running: // it does already; at another rate, maybe
	case verb == "stop":
		c.State = steer.Stopped
	default:
		return c, fault.New(fault.Conflict, "flow %q is %s", c.Flow, before).On(c.Flow, "state").Do("It can be " + possible(before))
	}
	if said.Rate > 0 {
		c.Rate = said.Rate
	}
	if c.Rate == 0 {
		c.Rate = steer.DefaultRate
	}
	if c.State != before {
		c.At, c.By, c.Comment = now, said.By, said.Comment
	}
	return c, nil
}

func possible(s steer.State) string {
	if s == steer.Stopped {
		return "resumed, or published again"
	}
	return "paused or stopped"
}

// revive lets orders enter a flow again that was stopped: it was published.
func (s steerer) revive(ctx context.Context, id, by string) error {
	c, err := steer.Load(ctx, s.table, id)
	if err != nil || c.State != steer.Stopped {
		return err
	}
	_, err = s.tell(ctx, id, "resume", Told{By: by, Comment: "published again"})
	return err
}
