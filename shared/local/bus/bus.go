// Package bus stands in for an EventBridge bus with rules: it hands the events
// of a call to the targets of every rule whose pattern matches.
//
// Other than EventBridge it has no queue. Put returns when every target has
// taken the event; a target that keeps failing makes the entry fail. That is at
// least once all the same, because nothing but the outbox puts events here: an
// entry that failed keeps its mark in the table and is delivered again, to all
// its targets, by the stream and after that by the sweep. A queue would be a
// second durable place between the two and a second thing to recover. Entries
// of one call are delivered at once; as on AWS, order means nothing.
package bus

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// Limits of one call, as EventBridge has them.
const (
	MaxEntries = 10
	MaxBytes   = 256 << 10
)

// Rule hands matching events to its targets.
type Rule struct {
	Name    string
	Pattern json.RawMessage // EventBridge event pattern
	Targets []Target
}

// Target takes events: the whole envelope as JSON.
type Target struct {
	ID      string // for the log
	Deliver func(ctx context.Context, event []byte) error
}

// Options of a bus. Zero fields mean their defaults.
type Options struct {
	Name    string // of the bus; default "default"
	Account string // default 000000000000
	Region  string // default us-east-1
	Clock   clock.Clock
	NewID   func() string // ids of events
	Log     *slog.Logger
	Backoff []time.Duration // waits (wall clock) before the second and further attempts; default 10 ms, 50 ms
}

// Bus is a local event bus; it is an fn.Bus.
type Bus struct {
	opts    Options
	rules   []rule
	detail  bool // some rule looks into the detail
	running atomic.Int64

	mu   sync.RWMutex
	taps map[int]func(event []byte)
	next int
}

type rule struct {
	Rule
	pattern *Pattern
}

var _ fn.Bus = (*Bus)(nil)

// New returns a bus with these rules. A pattern that this package does not
// understand is refused here, never evaluated wrongly.
func New(rules []Rule, opts Options) (*Bus, error) {
	b := &Bus{opts: opts.withDefaults(), taps: map[int]func([]byte){}}
	for _, r := range rules {
		p, err := ParsePattern(r.Pattern)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "the event pattern of rule %s", r.Name)
		}
		b.rules = append(b.rules, rule{r, p})
		b.detail = b.detail || len(p.Fields("detail")) > 0
	}
	return b, nil
}

func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = "default"
	}
	if o.Account == "" {
		o.Account = "000000000000"
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.NewID == nil {
		o.NewID = uuid.NewString
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Backoff == nil {
		o.Backoff = []time.Duration{10 * time.Millisecond, 50 * time.Millisecond}
	}
	return o
}

// Name is the bus's name.
func (b *Bus) Name() string { return b.opts.Name }

// Running counts entries on their way to targets.
func (b *Bus) Running() int64 { return b.running.Load() }

// Tap calls f with every event that is put, before its targets get it, until
// stop is called. An event that is put again is seen again.
func (b *Bus) Tap(f func(event []byte)) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := b.next
	b.next++
	b.taps[id] = f
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.taps, id)
	}
}

// Put implements fn.Bus.
func (b *Bus) Put(ctx context.Context, entries []fn.BusEntry) (failed []int, err error) {
	outcomes, err := b.Deliver(ctx, entries)
	for i, o := range outcomes {
		if o.ErrorCode != "" {
			failed = append(failed, i)
		}
	}
	return failed, err
}
