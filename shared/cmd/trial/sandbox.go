package trial

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/orderloom/orderloom/functions"
	blobs "github.com/orderloom/orderloom/shared/blob/memory"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/lambda"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/memory"
)

// stack begins the names of the functions and the machine.
const stack = "trial"

// sandbox is an Orderloom in memory that runs one draft.
type sandbox struct {
	*draft
	clock   *clock.Manual
	orders  store.Store
	engine  *engine.Engine
	lambda  *lambda.Runtime
	machine string // ARN
	runs    map[string]*run
	waking  atomic.Int64 // executions that are being woken

	mu     sync.Mutex
	tokens map[string]string // task token → key of the call that waits on it
	failed map[string]int    // call → attempts that failed because Answers say so
}

// open starts the Orderloom at a time.
func open(ctx context.Context, d *draft, at time.Time) (*sandbox, error) {
	s := &sandbox{draft: d, clock: clock.NewManual(at), runs: map[string]*run{}, tokens: map[string]string{}, failed: map[string]int{}}
	t := memory.Open(s.clock, s.wrote)
	s.orders = store.Store{Table: t, Blobs: &blobs.Store{}, Now: s.clock.Now}
	if _, err := registry.New(t).SavePolicy(ctx, d.given...); err != nil {
		return nil, err
	}
	var err error
	s.engine, err = engine.Open(ctx, engine.Options{
		Workers: 1, // what happens at the same time happens in the same order each time
		Clock:   s.clock, Rand: func() float64 { return 0.5 }, NewID: counted("id"),
		RetainFor: 10 * 365 * 24 * time.Hour, RetainBytes: 1 << 40, // the histories are read at the end
		InvokeLambda: s.invoke, PutEvents: noEvents,
	})
	if err != nil {
		return nil, err
	}
	s.lambda = lambda.New(stack, functions.All(), s.deps(), slog.New(slog.DiscardHandler))
	if err := s.publish(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *sandbox) close() error { return errors.Join(s.engine.Close(), s.lambda.Close()) }

// deps is the world as functions see it: without an outside.
func (s *sandbox) deps() fn.Deps {
	return fn.Deps{
		Table: s.orders.Table, Blobs: s.orders.Blobs, Clock: s.clock, Log: slog.New(slog.DiscardHandler), NewID: prefixed(),
		Setting: func(string) string { return "" }, States: states{s: s}, Bus: nobody{}, Secrets: nobody{}, HTTP: nobody{},
	}
}

// publish registers the machine of the draft.
func (s *sandbox) publish(ctx context.Context) error {
	names := map[string]string{"Stack": stack}
	for _, f := range functions.All() {
		names[fn.LogicalID(f.ID)] = fn.PhysicalName(stack, f.ID)
	}
	definition, err := flow.Substitute(s.Machine, func(placeholder string) (string, bool) {
		name, ok := names[placeholder]
		return name, ok
	})
	if err != nil {
		return err
	}
	m, err := s.engine.CreateStateMachine(ctx, engine.CreateMachine{Name: stack + "-" + s.Doc.ID, Definition: definition, RoleARN: "arn:aws:iam::000000000000:role/trial"})
	s.machine = m.ARN
	return err
}

// wrote wakes the execution of a rendezvous whose second half was written, as
// flows/resume does.
func (s *sandbox) wrote(item table.Item) {
	m, ok := rendezvous.Met(item)
	if !ok {
		return
	}
	s.waking.Add(1)
	go func() {
		defer s.waking.Add(-1)
		s.remember(m)
		var err error
		if m.Code != "" {
			err = s.engine.SendTaskFailure(context.Background(), m.Token, m.Code, m.Cause)
		} else {
			err = s.engine.SendTaskSuccess(context.Background(), m.Token, m.Output)
		}
		if r := s.runs[m.Order]; err != nil && !fault.Is(err, engine.ErrTaskTimedOut) && r != nil { // else somebody was first
			r.fail(err)
		}
	}()
}

// drive lets time jump to the next timer whenever nothing is under way. What is
// handed over here is counted by who takes it before it is not any more by who
// gave it, so that, other than clock.Drive, it need not wait to be sure.
func (s *sandbox) drive(ctx context.Context, end time.Time, done func() bool) {
	const patience, pause = 20, 50 * time.Microsecond // most steps of time are shorter than a sleep
	for busy := 0; ctx.Err() == nil; busy++ {
		if !s.quiet() {
			if runtime.Gosched(); busy > patience {
				time.Sleep(pause)
			}
			continue
		}
		busy = 0
		next, ok := s.clock.Next()
		if done() || !ok || next.After(end) {
			return
		}
		s.clock.AdvanceTo(next)
	}
}

// quiet reports whether every execution waits for time or for the world outside.
// What hands over is asked before what takes over.
func (s *sandbox) quiet() bool {
	return s.clock.Quiet() && s.waking.Load() == 0 && s.engine.Stats().Busy == 0
}
