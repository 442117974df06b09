// Package pump stands in for Lambda's event source mappings on a DynamoDB
// stream: it brings the changes of a local table to the functions that consume
// them.
//
// As on AWS: every consumer gets every change that passes its filter, at least
// once; changes of one partition key come in order, many partitions at once, in
// batches; a function may report which change failed (ReportBatchItemFailures)
// and gets it and all behind it again, with growing pauses; a batch that fails
// as a whole is halved until the change that spoils it stands alone; a change
// that keeps failing is handed to OnFailure and left behind.
//
// Other than on AWS: partition keys are spread over a fixed number of shards,
// the batching window is 2 ms of the wall clock, and a change is kept until all
// consumers are done with it, not for 24 hours. After a crash whatever was not
// yet trimmed comes again.
package pump

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table"
)

// window is how long a shard that was quiet waits for more changes: a few
// milliseconds nobody notices, and under load far fewer invocations and calls
// of the bus do the same work.
const window = 2 * time.Millisecond

// Consumer is a function behind a stream.
type Consumer struct {
	Name   string
	Filter func(table.Change) bool // which changes it wants; nil: all
	Invoke func(ctx context.Context, event []byte) ([]byte, *fn.LambdaError)
}

// Failure is a change that a consumer could not take.
type Failure struct {
	Consumer string
	Change   table.Change
	Error    fn.LambdaError
	Attempts int
}

// Options of a pump. Zero fields mean their defaults.
type Options struct {
	Changes     table.Changes
	Consumers   []Consumer
	Shards      int           // per consumer; default 16
	Batch       int           // changes in one invocation at most; default 100
	Ahead       int           // changes taken from the table and not done; default 10,000
	MaxAttempts int           // per change; default 20, about a minute
	MinBackoff  time.Duration // wall clock; default 50 ms
	MaxBackoff  time.Duration // wall clock; default 5 s
	// OnFailure keeps a change that is given up. When it fails, the change is
	// tried again instead. nil only logs.
	OnFailure func(context.Context, Failure) error
	Log       *slog.Logger
}

func (o Options) withDefaults() Options {
	defaults := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	defaults(&o.Shards, 16)
	defaults(&o.Batch, 100)
	defaults(&o.Ahead, 10_000)
	defaults(&o.MaxAttempts, 20)
	if o.MinBackoff <= 0 {
		o.MinBackoff = 50 * time.Millisecond
	}
	if o.MaxBackoff < o.MinBackoff {
		o.MaxBackoff = max(5*time.Second, o.MinBackoff)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Pump runs until Close.
type Pump struct {
	opts     Options
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
	shards   [][]*shard // by consumer
	progress *progress
	trimming chan struct{} // wakes the trimmer
}

// Start begins to bring changes to their consumers.
func Start(opts Options) *Pump {
	opts = opts.withDefaults()
	p := &Pump{opts: opts, progress: newProgress(opts.Ahead), trimming: make(chan struct{}, 1)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	for _, c := range opts.Consumers {
		all := make([]*shard, opts.Shards)
		for i := range all {
			all[i] = newShard(p, c)
			p.running.Go(all[i].run)
		}
		p.shards = append(p.shards, all)
	}
	p.running.Go(p.read)
	p.running.Go(p.trim)
	return p
}

// Idle reports whether every change that was committed has been taken by every
// consumer. It asks the table.
func (p *Pump) Idle() bool {
	after, outstanding := p.progress.state()
	if outstanding > 0 || p.ctx.Err() != nil {
		return p.ctx.Err() != nil
	}
	more, err := p.opts.Changes.Changes(p.ctx, after, 1)
	if err != nil || len(more) > 0 {
		return false
	}
	again, outstanding := p.progress.state()
	return outstanding == 0 && again == after
}

// Close stops reading, waits for the invocations that run and forgets the
// changes that are done. The rest comes again after the next Start.
func (p *Pump) Close() error {
	p.cancel()
	p.progress.wake()
	p.running.Wait()
	return p.forget(context.Background())
}
