package pump_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/pump"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
	"github.com/orderloom/orderloom/shared/table/stream"
)

func open(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // closed twice where a test reopens it
	return s
}

func write(t *testing.T, s table.Table, pk string, n int64) {
	t.Helper()
	if _, err := s.Write(t.Context(), table.Put(table.Item{table.PK: pk, table.SK: "1", "n": n})); err != nil {
		t.Fatal(err)
	}
}

// fast retries without waiting to speak of.
func fast(s table.Changes, consumers ...pump.Consumer) pump.Options {
	return pump.Options{Changes: s, Consumers: consumers, MinBackoff: time.Microsecond, MaxBackoff: time.Microsecond}
}

func start(t *testing.T, opts pump.Options) *pump.Pump {
	t.Helper()
	p := pump.Start(opts)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// settle waits until the pump is idle.
func settle(t *testing.T, p *pump.Pump) {
	t.Helper()
	for !p.Idle() {
		if t.Context().Err() != nil {
			t.Fatal("never idle")
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// sink is a consumer that keeps what it took, by partition.
type sink struct {
	mu    sync.Mutex
	got   map[string][]int64
	calls int
	// fail decides per change whether it is reported as failed.
	fail func(c table.Change) bool
}

func (s *sink) invoke(_ context.Context, event []byte) ([]byte, *fn.LambdaError) {
	changes, err := stream.Decode(event)
	if err != nil {
		return nil, &fn.LambdaError{ErrorType: "Decode", ErrorMessage: err.Error()}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.got == nil {
		s.got = map[string][]int64{}
	}
	for _, c := range changes {
		if s.fail != nil && s.fail(c) {
			return answer(event, c)
		}
		s.got[c.Key.PK] = append(s.got[c.Key.PK], c.New.Int("n"))
	}
	return answer(event)
}

func answer(event []byte, failed ...table.Change) ([]byte, *fn.LambdaError) {
	out, err := stream.Failures(event, failed...)
	if err != nil {
		return nil, &fn.LambdaError{ErrorType: "Failures", ErrorMessage: err.Error()}
	}
	return out, nil
}

func (s *sink) consumer(name string) pump.Consumer {
	return pump.Consumer{Name: name, Invoke: s.invoke}
}

func TestEveryConsumerGetsEveryChangeItWantsInOrder(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "t.db"))
	var all, some sink
	few := some.consumer("some")
	few.Filter = func(c table.Change) bool { return strings.HasPrefix(c.Key.PK, "RV#") }
	p := start(t, fast(s, all.consumer("all"), few))
	want := map[string][]int64{}
	for n := range int64(40) {
		pk := []string{"a", "RV#b", "c"}[n%3]
		write(t, s, pk, n)
		want[pk] = append(want[pk], n)
	}
	settle(t, p)
	if diff := cmp.Diff(want, all.got) + cmp.Diff(map[string][]int64{"RV#b": want["RV#b"]}, some.got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsDoneIsForgottenAndTheRestComesAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "t.db")
	s := open(t, path)
	stuck := make(chan struct{})
	var once sync.Once
	first := sink{fail: func(c table.Change) bool {
		bad := c.Key.PK == "stuck"
		if bad {
			once.Do(func() { close(stuck) })
		}
		return bad
	}}
	for _, pk := range []string{"done", "stuck", "behind"} {
		write(t, s, pk, 1)
	}
	p := pump.Start(pump.Options{Changes: s, Consumers: []pump.Consumer{first.consumer("c")}, MaxAttempts: 1 << 30, MinBackoff: time.Hour})
	<-stuck
	if p.Idle() {
		t.Error("idle with a change that failed")
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	left, err := s.Changes(t.Context(), 0, 10)
	if err != nil || len(left) == 0 || left[len(left)-1].Key.PK != "behind" || !slices.ContainsFunc(left, func(c table.Change) bool { return c.Key.PK == "stuck" }) {
		t.Fatalf("left %v, %v", left, err)
	}
	var second sink
	p = start(t, fast(s, second.consumer("c")))
	settle(t, p)
	if len(second.got["stuck"]) != 1 {
		t.Errorf("%v", second.got)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := s.Changes(t.Context(), 0, 10); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestAFailedChangeComesAgainWithThoseBehindIt(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "t.db"))
	for n := range int64(6) {
		write(t, s, "a", n)
	}
	failures := 3
	c := sink{fail: func(c table.Change) bool {
		if c.New.Int("n") == 4 && failures > 0 {
			failures--
			return true
		}
		return false
	}}
	p := start(t, fast(s, c.consumer("c")))
	settle(t, p)
	if diff := cmp.Diff(map[string][]int64{"a": {0, 1, 2, 3, 4, 5}}, c.got); diff != "" {
		t.Error(diff)
	}
}

func TestAChangeThatSpoilsItsBatchIsIsolatedAndKept(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "t.db"))
	for n := range int64(9) {
		write(t, s, "a", n)
	}
	var c sink
	crash := func(ctx context.Context, event []byte) ([]byte, *fn.LambdaError) {
		if strings.Contains(string(event), `"NewImage":{"n":{"N":"5"}`) {
			return nil, &fn.LambdaError{ErrorType: "Sandbox.Timedout", ErrorMessage: "slow"}
		}
		return c.invoke(ctx, event)
	}
	var kept []pump.Failure
	opts := fast(s, pump.Consumer{Name: "c", Invoke: crash})
	opts.MaxAttempts = 3
	opts.OnFailure = func(_ context.Context, f pump.Failure) error {
		kept = append(kept, f)
		if len(kept) == 1 {
			return errors.New("the disk is full for a moment")
		}
		return nil
	}
	p := start(t, opts)
	settle(t, p)
	if diff := cmp.Diff(map[string][]int64{"a": {0, 1, 2, 3, 4, 6, 7, 8}}, c.got); diff != "" {
		t.Error(diff)
	}
	if len(kept) != 2 || kept[1].Change.New.Int("n") != 5 || kept[1].Consumer != "c" || kept[1].Attempts != 4 || kept[1].Error.ErrorType != "Sandbox.Timedout" {
		t.Errorf("%+v", kept)
	}
}

func TestAnAnswerThatMakesNoSenseFailsTheBatch(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{`no JSON`, `{"batchItemFailures":[{"itemIdentifier":"777"}]}`, `{"batchItemFailures":[{"itemIdentifier":""}]}`} {
		s := open(t, filepath.Join(t.TempDir(), "t.db"))
		write(t, s, "a", 1)
		calls := 0
		p := start(t, fast(s, pump.Consumer{Name: "c", Invoke: func(context.Context, []byte) ([]byte, *fn.LambdaError) {
			if calls++; calls == 1 {
				return []byte(bad), nil
			}
			return nil, nil // no answer: all taken
		}}))
		settle(t, p)
		if calls != 2 {
			t.Errorf("%s: %d calls", bad, calls)
		}
	}
}

// TestNothingIsLostOrReordered: whatever fails, each consumer takes every
// change at least once and, looking at what is new to it, in order.
func TestNothingIsLostOrReordered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := &memory{news: make(chan struct{})}
		fails := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 12).Draw(rt, "fails") // of the n-th call: 1 reports, 2 crashes
		call := 0
		c := sink{fail: func(table.Change) bool { call++; return call <= len(fails) && fails[call-1] == 1 }}
		crash := pump.Consumer{Name: "c", Invoke: func(ctx context.Context, event []byte) ([]byte, *fn.LambdaError) {
			c.mu.Lock()
			call++
			bad := call <= len(fails) && fails[call-1] == 2
			c.mu.Unlock()
			if bad {
				return nil, &fn.LambdaError{ErrorType: "Crash"}
			}
			return c.invoke(ctx, event)
		}}
		opts := fast(s, crash)
		opts.Shards, opts.Batch, opts.Ahead = rapid.IntRange(1, 4).Draw(rt, "shards"), rapid.IntRange(1, 5).Draw(rt, "batch"), rapid.IntRange(1, 8).Draw(rt, "ahead")
		p := pump.Start(opts)
		want := map[string][]int64{}
		for n := range int64(rapid.IntRange(1, 20).Draw(rt, "changes")) {
			pk := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "pk")
			s.append(table.Key{PK: pk, SK: "1"}, n)
			want[pk] = append(want[pk], n)
		}
		for !p.Idle() {
			time.Sleep(20 * time.Microsecond)
		}
		if err := p.Close(); err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, c.got); diff != "" {
			rt.Error(diff)
		}
		if left, err := s.Changes(context.Background(), 0, 10); err != nil || len(left) != 0 {
			rt.Errorf("left %v, %v", left, err)
		}
	})
}

// memory is a table's changes without a table: the property has many cases.
type memory struct {
	mu      sync.Mutex
	changes []table.Change
	seq     int64
	news    chan struct{}
}

func (m *memory) append(key table.Key, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seq++
	m.changes = append(m.changes, table.Change{Seq: m.seq, Key: key, New: table.Item{table.PK: key.PK, table.SK: key.SK, "n": n}, At: time.Unix(m.seq, 0)})
	close(m.news)
	m.news = make(chan struct{})
}

func (m *memory) Changes(_ context.Context, after int64, limit int) ([]table.Change, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []table.Change
	for _, c := range m.changes {
		if c.Seq > after && len(out) < limit {
			out = append(out, c)
		}
	}
	return out, nil
}

func (m *memory) Wait(ctx context.Context, after int64) error {
	m.mu.Lock()
	news, last := m.news, m.seq
	m.mu.Unlock()
	if last > after {
		return nil
	}
	select {
	case <-news:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *memory) Trim(_ context.Context, upTo int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changes = slices.DeleteFunc(m.changes, func(c table.Change) bool { return c.Seq <= upTo })
	return nil
}
