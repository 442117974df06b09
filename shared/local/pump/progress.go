package pump

import (
	"context"
	"sync"

	"github.com/orderloom/orderloom/shared/table"
)

// progress knows which changes are under way and up to where all are done.
type progress struct {
	mu      sync.Mutex
	changed *sync.Cond
	ahead   int
	read    int64         // last sequence number taken from the table
	queue   []int64       // sequence numbers under way, ascending, done ones among them
	left    map[int64]int // consumers that are not through with a change
	upTo    int64         // all up to here are done
	trim    int64         // all up to here are forgotten
}

func newProgress(ahead int) *progress {
	p := &progress{ahead: ahead, left: map[int64]int{}}
	p.changed = sync.NewCond(&p.mu)
	return p
}

func (p *progress) state() (read int64, outstanding int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read, len(p.left)
}

// room waits until another change may be taken; false when ctx ended. Whoever
// cancels ctx calls wake.
func (p *progress) room(ctx context.Context) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.queue) >= p.ahead && ctx.Err() == nil {
		p.changed.Wait()
	}
	return ctx.Err() == nil
}

func (p *progress) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed.Broadcast()
}

// begin notes a change that so many consumers want.
func (p *progress) begin(seq int64, consumers int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read = seq
	p.queue = append(p.queue, seq)
	if consumers > 0 {
		p.left[seq] = consumers
	}
	p.advance()
}

// done notes that one consumer is through with these changes, and reports
// whether that lets the table forget some.
func (p *progress) done(changes []table.Change) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range changes {
		if p.left[c.Seq]--; p.left[c.Seq] == 0 {
			delete(p.left, c.Seq)
		}
	}
	return p.advance()
}

// advance drops what is done from the front of the queue.
func (p *progress) advance() bool {
	n := 0
	for n < len(p.queue) && p.left[p.queue[n]] == 0 {
		p.upTo = p.queue[n]
		n++
	}
	p.queue = p.queue[n:]
	if n > 0 {
		p.changed.Broadcast()
	}
	return n > 0
}

// finished returns up to where everything is done, and whether that is news.
func (p *progress) finished() (upTo int64, news bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.upTo, p.upTo > p.trim
}

func (p *progress) trimmed(upTo int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trim = upTo
}
