package pump

import (
	"sync"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/stream"
)

// shard brings one consumer its changes of some partitions, in order.
type shard struct {
	pump     *Pump
	consumer Consumer
	mu       sync.Mutex
	waiting  []table.Change
	news     chan struct{}
}

func newShard(p *Pump, c Consumer) *shard {
	return &shard{pump: p, consumer: c, news: make(chan struct{}, 1)}
}

func (s *shard) add(c table.Change) {
	s.mu.Lock()
	s.waiting = append(s.waiting, c)
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// take removes up to a batch of waiting changes.
func (s *shard) take() []table.Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(s.waiting), s.pump.opts.Batch)
	batch := s.waiting[:n:n]
	if s.waiting = s.waiting[n:]; len(s.waiting) == 0 {
		s.waiting = nil // lets the memory go
	}
	return batch
}

func (s *shard) run() {
	for s.pump.ctx.Err() == nil {
		if batch := s.take(); len(batch) > 0 {
			s.deliver(batch)
			continue
		}
		select {
		case <-s.pump.ctx.Done():
		case <-s.news:
			pause(s.pump.ctx, window)
		}
	}
}

// deliver brings a batch to the consumer until every change is taken or given
// up, or the pump closes.
func (s *shard) deliver(batch []table.Change) {
	size, attempts := len(batch), 0 // attempts of batch[0] where it alone is to blame
	wait := s.pump.opts.MinBackoff
	for len(batch) > 0 && s.pump.ctx.Err() == nil {
		size = min(size, len(batch))
		taken, failure := s.invoke(batch[:size])
		if taken > 0 {
			s.pump.done(batch[:taken])
			batch, attempts, wait = batch[taken:], 0, s.pump.opts.MinBackoff
		}
		if failure == nil {
			size = len(batch)
			continue
		}
		if failure.whole && size > 1 {
			size /= 2
		} else if attempts++; attempts >= s.pump.opts.MaxAttempts && s.giveUp(batch[0], failure.LambdaError, attempts) {
			s.pump.done(batch[:1])
			batch, size, attempts = batch[1:], len(batch)-1, 0
			continue
		}
		pause(s.pump.ctx, wait)
		wait = min(2*wait, s.pump.opts.MaxBackoff)
	}
}

// failure is why a batch was not taken entirely; whole when nobody knows which
// change is to blame.
type failure struct {
	fn.LambdaError
	whole bool
}

// invoke returns how many changes at the front were taken.
func (s *shard) invoke(batch []table.Change) (taken int, _ *failure) {
	event, err := stream.Encode(batch)
	if err != nil {
		return 0, &failure{fn.Failed(err), true}
	}
	answer, failed := s.consumer.Invoke(s.pump.ctx, event)
	if failed != nil {
		return 0, s.failed(&failure{*failed, true}, batch)
	}
	taken, f := firstFailed(answer, batch)
	return taken, s.failed(f, batch[taken:])
}

func (s *shard) failed(f *failure, batch []table.Change) *failure {
	if f != nil && s.pump.ctx.Err() == nil {
		s.pump.opts.Log.Warn("changes were not taken; they come again", "consumer", s.consumer.Name,
			"changes", len(batch), "first", batch[0].Key.String(), "type", f.ErrorType, "error", f.ErrorMessage)
	}
	return f
}

// giveUp keeps a change that its consumer cannot take, and reports whether it
// is kept.
func (s *shard) giveUp(c table.Change, why fn.LambdaError, attempts int) bool {
	log := s.pump.opts.Log.With("consumer", s.consumer.Name, "change", c.Seq, "key", c.Key.String())
	log.Error("a change is given up", "attempts", attempts, "type", why.ErrorType, "error", why.ErrorMessage)
	if s.pump.opts.OnFailure == nil {
		return true
	}
	if err := s.pump.opts.OnFailure(s.pump.ctx, Failure{s.consumer.Name, c, why, attempts}); err != nil {
		log.Error("and cannot be kept; it is tried on", "error", err)
		return false
	}
	return true
}
