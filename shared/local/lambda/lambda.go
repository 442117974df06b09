// Package lambda stands in for AWS Lambda: it runs the functions of Orderloom
// in this process.
//
// As on AWS: a function is found by name, partial ARN or ARN, its handler is
// built once before its first invocation, its Timeout is enforced on the wall
// clock whatever clock the world runs on, payload and response are limited, and
// a failure is reported by error type and message.
//
// Other than on AWS: there is one instance of a function for all its
// invocations at once and no limit of concurrency, nothing is retried here, all
// qualifiers mean the same code, and a caller that gives up cancels the
// invocation. A panic is reported as fault.Internal, which machines retry, and
// ends the invocation, not the host.
package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// Limits of a synchronous invocation, in bytes.
const (
	MaxPayload  = 6_291_456
	MaxResponse = 6_291_556
)

// Error types that the platform reports, beside those of the functions.
const (
	ErrNotFound         = "Lambda.ResourceNotFoundException"
	ErrPayloadTooLarge  = "Lambda.RequestTooLargeException"
	ErrResponseTooLarge = "Function.ResponseSizeTooLarge"
	ErrTimedOut         = "Sandbox.Timedout"
	ErrAbandoned        = "Lambda.ClientExecutionTimeoutException" // the caller has left
)

// Invoker invokes functions by name: this package's Runtime, or the one that
// runs built programs as processes.
type Invoker interface {
	// Invoke returns the function's JSON result. The name is anything that
	// Directory.Find takes.
	Invoke(ctx context.Context, name string, payload []byte) ([]byte, *fn.LambdaError)
	// Find returns a function's declaration.
	Find(name string) (fn.Function, bool)
	Functions() []fn.Function
	Stack() string
	// Stats tells what was done so far; Running is 0 when all is quiet.
	Stats() Stats
}

// Stats counts invocations.
type Stats struct {
	Running  int64         // invocations that have begun and not ended
	Invoked  int64         // invocations that have ended
	Failed   int64         // of these, the ones that reported an error
	Handlers time.Duration // in handlers, summed over invocations
}

// Runtime runs functions in this process. It is safe for concurrent use.
type Runtime struct {
	*Directory
	deps     fn.Deps
	log      *slog.Logger
	handlers []instance
	meter    Meter
	running  sync.WaitGroup
	idle     chan invocation // to a worker that waits for one
	closed   chan struct{}
	close    sync.Once
}

// invocation is one that a worker runs.
type invocation struct {
	ctx     context.Context
	index   int // of the function
	payload []byte
	end     func(failed bool)
	done    chan result
}

// instance is a function's handler, built before its first use.
type instance struct {
	once    sync.Once
	handler fn.Handler
}

var _ Invoker = (*Runtime)(nil)

// New returns a runtime for the functions of a stack. Every function gets deps;
// defects go to log.
func New(stack string, functions []fn.Function, deps fn.Deps, log *slog.Logger) *Runtime {
	return &Runtime{Directory: NewDirectory(stack, functions), deps: deps, log: log, handlers: make([]instance, len(functions)),
		idle: make(chan invocation), closed: make(chan struct{})}
}

// Invoke implements Invoker. It returns at the function's timeout even when the
// handler does not; such a handler counts as running until it returns.
func (r *Runtime) Invoke(ctx context.Context, name string, payload []byte) ([]byte, *fn.LambdaError) {
	i, ok := r.index(name)
	if !ok {
		return nil, NotFound(name)
	}
	payload, failure := CheckPayload(payload)
	if failure != nil {
		return nil, failure
	}
	f := r.functions[i]
	ctx, cancel := Deadline(ctx, f)
	defer cancel()
	inv := invocation{ctx, i, payload, r.meter.Begin(), make(chan result, 1)}
	r.running.Add(1)
	select {
	case r.idle <- inv:
	default:
		go r.work(inv)
	}
	select {
	case out := <-inv.done:
		return out.data, out.failure
	case <-ctx.Done():
		return nil, Ended(ctx, f)
	}
}

// patience is how long a worker waits for its next invocation.
const patience = 5 * time.Second

// work runs an invocation and those that come while it waits. A goroutine for
// each would cost more than many handlers: its stack begins small and is copied
// as it grows.
func (r *Runtime) work(inv invocation) {
	wait := time.NewTimer(patience)
	defer wait.Stop()
	for {
		out := r.handle(inv.ctx, inv.index, inv.payload)
		inv.end(out.failure != nil)
		inv.done <- out
		r.running.Done()
		wait.Reset(patience)
		select {
		case inv = <-r.idle:
		case <-wait.C:
			return
		case <-r.closed:
			return
		}
	}
}

type result struct {
	data    []byte
	failure *fn.LambdaError
}

// handle runs the handler; whatever happens there stays there.
func (r *Runtime) handle(ctx context.Context, i int, payload []byte) (out result) {
	f := r.functions[i]
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("a function panicked", "function", f.ID, "panic", p, "stack", string(debug.Stack()))
			out = result{failure: &fn.LambdaError{ErrorType: fault.Internal, ErrorMessage: fmt.Sprintf("%s panicked: %v", f.ID, p)}}
		}
	}()
	h := &r.handlers[i]
	h.once.Do(func() { h.handler = f.New(r.deps) })
	if h.handler == nil { // its constructor panicked
		return result{failure: &fn.LambdaError{ErrorType: fault.Internal, ErrorMessage: f.ID + " could not be built; see the log"}}
	}
	data, err := h.handler(ctx, json.RawMessage(payload))
	if err != nil {
		failure := fn.Failed(err)
		return result{failure: &failure}
	}
	if failure := CheckResponse(data); failure != nil {
		return result{failure: failure}
	}
	return result{data: data}
}

// Stats implements Invoker.
func (r *Runtime) Stats() Stats { return r.meter.Stats() }

// Close waits until no handler runs. Nobody may call Invoke any more.
func (r *Runtime) Close() error {
	r.running.Wait()
	r.close.Do(func() { close(r.closed) })
	return nil
}
