// Package host is a whole Orderloom on one machine: it puts the local stand-ins
// of AWS's services together as the SAM templates say.
//
//	webhook → gateway → functions ⇄ table ─changes→ pump → publish → bus → rules → functions, machines
//	                                                     ↘ resume → engine (Step Functions)
//
// The functions are the ones that run on AWS, and reach Step Functions and
// EventBridge over the AWS protocols through the real SDK. Everything that must
// survive kill -9 is in the table, in the engine's log, or in a folder of
// documents; all three are below one data folder.
package host

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/orderloom/orderloom/shared/blob/folder"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/bus"
	"github.com/orderloom/orderloom/shared/local/lambda"
	"github.com/orderloom/orderloom/shared/local/lambdaapi"
	"github.com/orderloom/orderloom/shared/local/pump"
	"github.com/orderloom/orderloom/shared/local/schedule"
	"github.com/orderloom/orderloom/shared/local/secrets"
	"github.com/orderloom/orderloom/shared/local/template"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

// Stack is the name of the local stack: the first part of all names.
const Stack = "orderloom"

// Bucket is the name of the local bucket.
const Bucket = Stack

// Region and Account are the ones that local ARNs have.
const (
	Region  = "us-east-1"
	Account = "000000000000"
)

// Options of a host. Dir, Project and Functions are required.
type Options struct {
	Dir        string // data folder; created when it is not there
	Project    fs.FS  // the folder with template.yaml
	Functions  []fn.Function
	Outside    func(id string) bool // which functions wait for outside services; default none
	Clock      clock.Clock          // default clock.System
	Retain     time.Duration        // how long ended executions are kept; default as engine.Options.RetainFor
	HTTPAddr   string               // of the console and the webhooks; default 127.0.0.1:0
	AWSAddr    string               // of the AWS-compatible endpoint; default 127.0.0.1:0
	PublicHost string               // host name under which the webhooks are open to the world
	Log        *slog.Logger
	// Isolate, when set, makes what runs the functions in the place of this
	// process; it gets the address of the AWS-compatible endpoint.
	Isolate func(t template.Template, awsURL string) (Invoker, error)
}

// Invoker runs functions.
type Invoker interface {
	lambda.Invoker
	Close() error
}

// Host runs until Close.
type Host struct {
	opts        Options
	template    template.Template
	table       *sqlite.Store
	blobs       *folder.Store
	secrets     *secrets.File
	engine      *engine.Engine
	lambda      Invoker
	bus         *bus.Bus
	defaults    *bus.Bus // the account's default bus, where AWS itself puts events
	pump        *pump.Pump
	schedule    *schedule.Schedule
	deps        fn.Deps
	invocations *lambdaapi.Handler // of those who use the Lambda protocol

	ready     chan struct{} // closed when functions can be invoked
	platform  chan struct{} // slots for tasks of machines, see platformSlots
	directory *lambda.Directory
	life      context.Context
	end       context.CancelFunc // begins Close
	requests  atomic.Int64       // HTTP requests under way
	served    atomic.Int64       // HTTP requests that are done
	happened  atomic.Int64       // what Idle saw when it was asked last
	servers   []*http.Server
	serving   sync.WaitGroup
	httpURL   string
	awsURL    string
}

// Open starts a host on a data folder; what was under way there goes on. On
// error nothing runs.
func Open(ctx context.Context, opts Options) (*Host, error) {
	if opts.Clock == nil {
		opts.Clock = clock.System{}
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	h := &Host{opts: opts, ready: make(chan struct{}), platform: make(chan struct{}, platformSlots), directory: lambda.NewDirectory(Stack, opts.Functions)}
	h.life, h.end = context.WithCancel(context.Background())
	if err := h.open(ctx); err != nil {
		_ = h.Close() // the first error counts
		return nil, err
	}
	return h, nil
}

// open starts the parts from the inside out: what is kept, what runs, what is
// listened to, and at last what brings work.
func (h *Host) open(ctx context.Context) error {
	for _, part := range []func(context.Context) error{h.openFolder, h.openEngine, h.openBuses, h.listenAWS, h.openFunctions, h.registerMachines} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	close(h.ready)
	h.startPump()
	h.startSchedule()
	return h.listenHTTP()
}

func (h *Host) openFolder(ctx context.Context) error {
	var err error
	if h.template, err = template.Read(h.opts.Project, Stack); err != nil {
		return err
	}
	dir := h.opts.Dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.Wrap(err, fault.Internal, "creating the data folder")
	}
	if h.table, err = sqlite.Open(ctx, filepath.Join(dir, "table.db"), h.opts.Clock, sqlite.Following(h.followed())); err != nil {
		return err
	}
	if h.blobs, err = folder.Open(filepath.Join(dir, "documents")); err != nil {
		return err
	}
	h.secrets, err = secrets.Open(filepath.Join(dir, "secrets.json"))
	return err
}

func (h *Host) openEngine(ctx context.Context) error {
	var err error
	h.engine, err = engine.Open(ctx, engine.Options{
		Clock: h.opts.Clock, Dir: filepath.Join(h.opts.Dir, "executions"), Account: Account, Region: Region, RetainFor: h.opts.Retain,
		InvokeLambda: h.invokeTask, PutEvents: h.putEvents, StatusChanged: h.statusChanged,
	})
	return err
}

// platformSlots is how many tasks of machines run at the same time, apart from
// those that wait for an outside service. They only compute and wait for the
// table: more of them at once get nothing done sooner and keep webhooks, which
// share the processors, from being answered.
const platformSlots = 64

// invokeTask waits until functions can be invoked: executions that go on after
// a restart are quicker than the host.
func (h *Host) invokeTask(ctx context.Context, function string, payload []byte) ([]byte, *engine.TaskError) {
	if f, ok := (late{h}).Find(function); ok && (h.opts.Outside == nil || !h.opts.Outside(f.ID)) {
		select {
		case h.platform <- struct{}{}:
			defer func() { <-h.platform }()
		case <-ctx.Done():
			return nil, &engine.TaskError{Error: lambda.ErrAbandoned, Cause: ctx.Err().Error()}
		}
	}
	out, failure := late{h}.Invoke(ctx, function, payload)
	if failure != nil {
		return nil, &engine.TaskError{Error: failure.ErrorType, Cause: cause(failure)}
	}
	return out, nil
}

// Deps is the world as functions see it.
func (h *Host) Deps() fn.Deps { return h.deps }

// Secrets is the secret store.
func (h *Host) Secrets() *secrets.File { return h.secrets }

// Engine is the local Step Functions.
func (h *Host) Engine() *engine.Engine { return h.engine }

// Template is what the templates say.
func (h *Host) Template() template.Template { return h.template }

// Functions runs functions by id or name.
func (h *Host) Functions() lambda.Invoker { return h.lambda }

// Bus is Orderloom's event bus.
func (h *Host) Bus() *bus.Bus { return h.bus }

// URL is the address of the console and the webhooks.
func (h *Host) URL() string { return h.httpURL }

// AWSURL is the address of the AWS-compatible endpoint.
func (h *Host) AWSURL() string { return h.awsURL }

// Idle reports whether nothing is under way: no request, invocation or event,
// and no change of the table that somebody still has to see. Executions then
// all wait for time or for the world outside. The parts are asked one after the
// other and work moves between them meanwhile, so all must be quiet and nothing
// may have happened since Idle was asked before.
func (h *Host) Idle() bool {
	functions, machines := h.lambda.Stats(), h.engine.Stats()
	happened := functions.Invoked + machines.Events + h.served.Load()
	quiet := h.requests.Load() == 0 && h.invocations.Running() == 0 && functions.Running == 0 && h.bus.Running() == 0 &&
		h.defaults.Running() == 0 && machines.Busy == 0 && h.pump.Idle()
	return h.happened.Swap(happened) == happened && quiet
}

// closeTimeout bounds the wait for requests that do not end.
const closeTimeout = 5 * time.Second

// Close stops taking work, waits for what runs and closes the folder. What was
// not finished goes on at the next Open.
func (h *Host) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	h.end()
	if h.schedule != nil {
		h.schedule.Close()
	}
	h.shutdown(ctx, true)
	var errs []error
	if h.pump != nil {
		errs = append(errs, h.pump.Close())
	}
	if h.engine != nil {
		errs = append(errs, h.engine.Close())
	}
	h.shutdown(ctx, false)
	h.serving.Wait()
	if h.invocations != nil {
		h.invocations.Close()
	}
	if h.lambda != nil {
		errs = append(errs, h.lambda.Close())
	}
	if h.blobs != nil {
		errs = append(errs, h.blobs.Close())
	}
	if h.table != nil {
		errs = append(errs, h.table.Close())
	}
	return firstOf(errs)
}

func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// shutdown ends the servers: the newest, which brings work, first; the
// AWS-compatible one serves those who still run.
func (h *Host) shutdown(ctx context.Context, work bool) {
	for i, s := range h.servers {
		if isWork := i > 0; isWork == work {
			if s.Shutdown(ctx) != nil {
				_ = s.Close() // whoever is still connected is cut off
			}
		}
	}
}

// listen serves on an address of this machine.
func (h *Host) listen(addr string, handler http.Handler) (url string, err error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "listening on %s", addr)
	}
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.requests.Add(1)
		defer func() { h.served.Add(1); h.requests.Add(-1) }()
		handler.ServeHTTP(w, r)
	})
	s := &http.Server{Handler: counted, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(h.opts.Log.Handler(), slog.LevelDebug)}
	h.servers = append(h.servers, s)
	h.serving.Go(func() { _ = s.Serve(l) }) // ends with Close
	return "http://" + l.Addr().String(), nil
}
