// Package runtimeapi stands in for the part of AWS Lambda that runs built
// programs: it starts a function's bootstrap as a process of its own, speaks
// the Lambda Runtime API to it, and so shows on one machine what is deployed.
//
// As on AWS: processes start on first use and are used again, one invocation at
// a time each; they see only the environment that they are given; one that runs
// past the function's timeout is killed; one that exits or crashes fails the
// invocation it had, and the next one gets a new process.
//
// Other than on AWS: a few processes per function are the limit, further
// invocations wait for their turn; starting is not bounded in time, since it
// may begin with building; there is no sandbox.
package runtimeapi

import (
	"context"
	"io"
	"log/slog"
	"sync"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/lambda"
)

// ErrExit is the error type of an invocation whose process ended.
const ErrExit = "Runtime.ExitError"

// Options of a runtime. Zero fields mean their defaults.
type Options struct {
	Stack     string
	Functions []fn.Function
	// Bootstrap returns the path of a function's program; Builder.Build is one.
	// It is asked again after an error.
	Bootstrap func(ctx context.Context, f fn.Function) (string, error)
	// Environment returns a function's own variables.
	Environment func(f fn.Function) map[string]string
	Endpoint    string    // of the AWS protocols, e.g. http://127.0.0.1:4566
	Region      string    // default us-east-1
	Processes   int       // per function; default 2
	Output      io.Writer // what processes print; default nowhere
	Log         *slog.Logger
}

// Runtime runs functions as processes; it is a lambda.Invoker.
type Runtime struct {
	*lambda.Directory
	opts   Options
	ctx    context.Context
	cancel context.CancelFunc
	meter  lambda.Meter
	pools  map[string]*pool // by function id
	ending sync.WaitGroup   // processes
}

var _ lambda.Invoker = (*Runtime)(nil)

// New returns a runtime; no process runs yet.
func New(opts Options) *Runtime {
	if opts.Region == "" {
		opts.Region = "us-east-1"
	}
	if opts.Processes <= 0 {
		opts.Processes = 2
	}
	if opts.Environment == nil {
		opts.Environment = func(fn.Function) map[string]string { return nil }
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Output == nil {
		opts.Output = io.Discard
	}
	opts.Output = &lockedWriter{w: opts.Output}
	r := &Runtime{Directory: lambda.NewDirectory(opts.Stack, opts.Functions), opts: opts, pools: map[string]*pool{}}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	for _, f := range opts.Functions {
		r.pools[f.ID] = &pool{runtime: r, function: f, queue: make(chan *invocation)}
	}
	return r
}

// Invoke implements lambda.Invoker.
func (r *Runtime) Invoke(ctx context.Context, name string, payload []byte) ([]byte, *fn.LambdaError) {
	f, ok := r.Find(name)
	if !ok {
		return nil, lambda.NotFound(name)
	}
	payload, failure := lambda.CheckPayload(payload)
	if failure != nil {
		return nil, failure
	}
	end := r.meter.Begin()
	out, failure := r.pools[f.ID].invoke(ctx, payload)
	if failure == nil {
		failure = lambda.CheckResponse(out)
	}
	end(failure != nil)
	if failure != nil {
		return nil, failure
	}
	return out, nil
}

// Stats implements lambda.Invoker.
func (r *Runtime) Stats() lambda.Stats { return r.meter.Stats() }

// Close kills all processes and waits for their end. Invocations that run fail.
func (r *Runtime) Close() error {
	r.cancel()
	for _, p := range r.pools {
		p.close()
	}
	r.ending.Wait()
	return nil
}

// lockedWriter lets processes print one at a time.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(text)
}
