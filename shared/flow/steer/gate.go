package steer

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table"
)

// Memory is how long a process goes by what it read: a pause takes so long to
// reach every step, and one that is over, too.
const Memory = 2 * time.Second

// Gate keeps the steps of paused flows from beginning. It reads the table once
// per Memory and process, however many steps pass.
type Gate struct {
	table table.Table
	now   func() time.Time

	mu     sync.Mutex
	read   time.Time
	paused map[string]bool
}

// NewGate is the gate of one function.
func NewGate(d fn.Deps) *Gate { return &Gate{table: d.Table, now: d.Clock.Now} }

// Guard puts the gate before a function with which steps begin. Where only some
// of its invocations begin a step, begins tells which; nil: all do.
func (g *Gate) Guard(h fn.Handler, begins func(input json.RawMessage) bool) fn.Handler {
	return func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		if err := g.pass(ctx, input, begins); err != nil {
			return nil, err
		}
		return h(ctx, input)
	}
}

func (g *Gate) pass(ctx context.Context, input json.RawMessage, begins func(json.RawMessage) bool) error {
	paused, err := g.known(ctx)
	if err != nil || len(paused) == 0 {
		return err
	}
	var in flow.StepInput
	_ = json.Unmarshal(input, &in) // what it cannot read the function refuses
	id := flow.OfRun(in.Run)
	if !paused[id] || begins != nil && !begins(input) {
		return nil
	}
	return fault.New(Code, "flow %q is paused", id).On(in.Order, "run").Do("Resume the flow: the step begins by itself")
}

// known is which flows are paused.
func (g *Gate) known(ctx context.Context) (map[string]bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if g.paused != nil && now.Sub(g.read) < Memory {
		return g.paused, nil
	}
	all, err := All(ctx, g.table)
	if err != nil {
		return nil, err
	}
	paused := map[string]bool{}
	for id, c := range all {
		if c.State == Paused {
			paused[id] = true
		}
	}
	g.read, g.paused = now, paused
	return paused, nil
}
