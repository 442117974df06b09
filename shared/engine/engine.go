package engine

import (
	"context"
	mathrand "math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// Options of an engine. Zero fields mean their defaults.
type Options struct {
	Clock   clock.Clock    // default clock.System
	Dir     string         // folder of the log and the machines, for one process at a time; "" keeps everything in memory
	Account string         // default 000000000000
	Region  string         // default us-east-1
	Rand    func() float64 // in [0, 1): jitter, routing, $random; called concurrently
	NewID   func() string  // names of executions, revisions, $uuid; default a random UUID

	Workers      int           // invocations at once; default 256
	RetainFor    time.Duration // how long ended executions are kept at most, by the file of the log; default 90 days, as on AWS
	RetainBytes  int64         // size of the log from which the oldest closed executions are forgotten; default 512 MiB
	SegmentBytes int64         // size of one file of the log; default 32 MiB

	// InvokeLambda invokes a function, named as the definition names it, and
	// returns its JSON result. The context ends when nobody waits any more. It
	// is called again after a crash that came before the result was durable.
	InvokeLambda func(ctx context.Context, function string, payload []byte) ([]byte, *TaskError)
	// PutEvents takes {"Entries":[…]} and returns the response of EventBridge.
	PutEvents func(ctx context.Context, entries []byte) ([]byte, *TaskError)
	// SendMessage takes the arguments of sqs:sendMessage and returns the response
	// of SQS. Without it machines that send to a queue are refused.
	SendMessage func(ctx context.Context, message []byte) ([]byte, *TaskError)
	// StatusChanged hears of every start and end of a durable execution, one
	// at a time and in order, when they are durable. After a crash the latest
	// ends come again, so that none is missed.
	StatusChanged func(StatusEvent)
}

// Engine runs state machines. It is safe for concurrent use.
type Engine struct {
	opts      Options
	arnPrefix string
	ctx       context.Context
	cancel    context.CancelFunc
	rooms     sync.Pool // of *room
	registry  *registry
	journal   journal
	timers    *timers
	pool      *pool
	notifier  *notifier
	secret    []byte
	stats     counters
	alarm     alarm
	failure   atomic.Pointer[error]
	closing   atomic.Bool
	untold    atomic.Bool // see TellAgain
	reclaimer reclaimer
	revival   sync.Mutex   // a redrive or reclaiming, not both: what is forgotten cannot revive
	deleting  atomic.Int64 // machines that wait for the ends of their executions
	origins   origins
	census    census
	recovered bool // all that the log has was understood

	mu        sync.RWMutex
	seqs      uint64
	all       map[uint64]*execution
	arns      map[string]*execution
	byMachine map[string][]*execution // in the order of their start
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Account == "" {
		o.Account = "000000000000"
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Rand == nil {
		o.Rand = mathrand.Float64
	}
	if o.NewID == nil {
		o.NewID = uuid.NewString
	}
	if o.Workers <= 0 {
		o.Workers = 256
	}
	if o.RetainFor <= 0 {
		o.RetainFor = 90 * 24 * time.Hour
	}
	if o.RetainBytes <= 0 {
		o.RetainBytes = 512 << 20
	}
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = 32 << 20
	}
	return o
}

// expressionLimits bound one expression: a second of work at most.
var expressionLimits = jsonata.Limits{Depth: 2_000, Steps: 5_000_000, Sequence: 200_000, Text: 4 << 20}

// Open opens the engine; executions that were running go on. The context bounds
// opening only. Damage to the log other than a torn tail is an error.
func Open(ctx context.Context, opts Options) (*Engine, error) {
	opts = opts.withDefaults()
	e := &Engine{opts: opts, arnPrefix: "arn:aws:states:" + opts.Region + ":" + opts.Account + ":",
		all: map[uint64]*execution{}, arns: map[string]*execution{}, byMachine: map[string][]*execution{}}
	e.alarm.raised = make(chan struct{})
	e.stats.epoch = time.Now()
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.rooms.New = func() any { return &room{events: make([]event, 0, 16)} }
	e.pool = newPool(opts.Workers, e.perform, &e.stats.busy)
	e.timers = newTimers(opts.Clock, e.fire)
	e.notifier = newNotifier(opts.StatusChanged, &e.stats.busy)
	if err := e.open(ctx); err != nil {
		_ = e.Close() // the first error counts
		return nil, err
	}
	return e, nil
}

func (e *Engine) open(ctx context.Context) (err error) {
	compile := []jsonata.Option{jsonata.WithLimits(expressionLimits),
		jsonata.WithEnv(jsonata.Env{Now: e.opts.Clock.Now, Random: e.opts.Rand, UUID: e.opts.NewID})}
	var scan *scanner
	if e.opts.Dir == "" {
		e.secret, e.journal = []byte(uuid.NewString()), &memory{}
	} else if scan, err = e.openLog(ctx); err != nil { // first: it keeps other processes away from all files
		return err
	}
	if e.registry, err = openRegistry(e.opts.Dir, compile); err != nil || scan == nil {
		return err
	}
	if e.secret, err = readSecret(filepath.Join(e.opts.Dir, "secret")); err != nil {
		return err
	}
	return e.recover(scan)
}

// Close stops taking work, waits for the invocations that run, whose results
// are not kept, and writes what is queued.
func (e *Engine) Close() error {
	if e.closing.Swap(true) {
		return nil
	}
	e.cancel()
	e.timers.close()
	e.pool.close()
	e.reclaimer.wait()
	var err error
	if e.journal != nil {
		err = e.journal.Close()
	}
	e.notifier.close()
	if err != nil {
		return fault.Wrap(err, ErrUnavailable, "closing the execution log")
	}
	return e.leaveWord()
}

func (e *Engine) now() int64      { return e.opts.Clock.Now().UnixMilli() }
func (e *Engine) random() float64 { return e.opts.Rand() }

// fire brings a timer to its execution; th is nil for the machine's time-out.
func (e *Engine) fire(x *execution, th *thread) {
	e.turn(x, nil, func(t *turn) {
		switch {
		case th == nil && e.ends(x) > t.now: // the clock was set back
			e.lifetime(x)
		case th == nil:
			t.close(executionTimedOut, "States.Timeout", "", nil)
		case t.live.thread(th.id) == th:
			t.due(th)
		}
	})
}

func (e *Engine) bySeq(seq uint64) *execution {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.all[seq]
}

func (e *Engine) byARN(arn string) *execution {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.arns[arn]
}

// add makes an execution known. The caller holds e.mu.
func (e *Engine) add(x *execution) {
	e.all[x.seq], e.arns[x.arn] = x, x
	e.byMachine[x.birth.Machine] = append(e.byMachine[x.birth.Machine], x)
}

// retire forgets what only a running execution needs. The caller holds x.mu.
func (e *Engine) retire(x *execution) {
	e.timers.set(&x.live.timer, nil, nil, 0)
	x.live = nil
	e.runs(x, -1)
	if x.express {
		e.mu.Lock()
		delete(e.all, x.seq)
		e.mu.Unlock()
	}
}

// How long an execution can take, as on AWS.
const (
	maxStandard = 365 * 24 * 60 * 60 // seconds
	maxExpress  = 5 * 60
)

// lifetime arms the time-out of the whole execution.
func (e *Engine) lifetime(x *execution) {
	x.live.limited = true
	e.timers.set(&x.live.timer, x, nil, e.ends(x))
}

// ends is when an execution's time is up: the machine's own, or the longest
// that its type can take.
func (e *Engine) ends(x *execution) int64 {
	limit := maxStandard
	if x.express {
		limit = maxExpress
	}
	if own := x.live.def.machine.TimeoutSeconds; own > 0 {
		limit = min(limit, own)
	}
	return later(x.live.began, int64(limit))
}

func (e *Engine) executionARN(machine, name string) string {
	return e.arnPrefix + "execution:" + lastPart(machine) + ":" + name
}

// named gives a durable execution its ARN, of which the name is a part.
func (x *execution) named(e *Engine) {
	x.arn = e.executionARN(x.birth.Machine, x.birth.Name)
	x.birth.Name = x.arn[len(x.arn)-len(x.birth.Name):]
}
