package pump

import (
	"context"
	"hash/maphash"
	"time"

	"github.com/orderloom/orderloom/shared/table"
)

// trimEvery bounds how often the table is told to forget: each time is a write.
const trimEvery = 250 * time.Millisecond

// spread assigns partition keys to shards; which one means nothing after a restart.
type spread struct{ seed maphash.Seed }

func (s spread) of(key table.Key, shards int) int {
	return int(maphash.String(s.seed, key.PK) % uint64(shards))
}

// read takes changes from the table and spreads them.
func (p *Pump) read() {
	keys := spread{maphash.MakeSeed()}
	for p.ctx.Err() == nil {
		after, _ := p.progress.state()
		changes, err := p.opts.Changes.Changes(p.ctx, after, table.MaxPage)
		if err == nil && len(changes) == 0 {
			err = p.opts.Changes.Wait(p.ctx, after)
		}
		if err != nil {
			if p.ctx.Err() != nil {
				return
			}
			p.opts.Log.Error("the table's changes cannot be read; trying again", "error", err)
			pause(p.ctx, p.opts.MaxBackoff)
			continue
		}
		for _, c := range changes {
			if !p.progress.room(p.ctx) {
				return
			}
			p.dispatch(keys, c)
		}
		p.wakeTrimmer()
	}
}

// dispatch hands a change to all who want it.
func (p *Pump) dispatch(keys spread, c table.Change) {
	var takers []*shard
	i := keys.of(c.Key, p.opts.Shards)
	for n, consumer := range p.opts.Consumers {
		if consumer.Filter == nil || consumer.Filter(c) {
			takers = append(takers, p.shards[n][i])
		}
	}
	p.progress.begin(c.Seq, len(takers))
	for _, s := range takers {
		s.add(c)
	}
}

// done counts changes that a consumer is through with.
func (p *Pump) done(changes []table.Change) {
	if p.progress.done(changes) {
		p.wakeTrimmer()
	}
}

func (p *Pump) wakeTrimmer() {
	select {
	case p.trimming <- struct{}{}:
	default:
	}
}

// trim forgets what is done, now and then.
func (p *Pump) trim() {
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-p.trimming:
		}
		if err := p.forget(p.ctx); err != nil && p.ctx.Err() == nil {
			p.opts.Log.Warn("changes that are done are kept a little longer", "error", err)
		}
		pause(p.ctx, trimEvery)
	}
}

func (p *Pump) forget(ctx context.Context) error {
	upTo, news := p.progress.finished()
	if !news {
		return nil
	}
	if err := p.opts.Changes.Trim(ctx, upTo); err != nil {
		return err
	}
	p.progress.trimmed(upTo)
	return nil
}

// pause waits on the wall clock unless ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
