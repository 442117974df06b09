package lambda

import (
	"sync/atomic"
	"time"
)

// Meter counts invocations; the zero value is ready.
type Meter struct{ running, invoked, failed, handlers atomic.Int64 }

// Begin counts an invocation that begins; the result is called at its end.
func (m *Meter) Begin() (end func(failed bool)) {
	begun := time.Now()
	m.running.Add(1)
	return func(failed bool) {
		m.handlers.Add(int64(time.Since(begun)))
		m.invoked.Add(1)
		if failed {
			m.failed.Add(1)
		}
		m.running.Add(-1)
	}
}

// Stats reads the counters.
func (m *Meter) Stats() Stats {
	return Stats{m.running.Load(), m.invoked.Load(), m.failed.Load(), time.Duration(m.handlers.Load())}
}
