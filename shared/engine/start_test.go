package engine

import (
	"sync"
	"testing"
)

// Whoever finds an execution whose start is under way waits for that.
func TestAnExecutionThatIsAboutToStart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(waiting)
	in := StartExecution{m, "x", []byte(`{}`)}
	x, input, err := r.prepare(in)
	if err != nil {
		t.Fatal(err)
	}
	if old := r.introduce(x); old != nil {
		t.Fatal("the name is taken")
	}
	var callers, ready sync.WaitGroup
	for _, call := range []func() error{
		func() error { _, err := r.StartExecution(ctx, in); return err },
		func() error { _, err := r.DescribeExecution(ctx, x.arn); return err },
		func() error {
			h, _, err := r.GetExecutionHistory(ctx, x.arn, HistoryPage{})
			if len(h) == 0 {
				t.Error("the history is empty")
			}
			return err
		},
		func() error { _, _, err := r.ListExecutions(ctx, m, "", Page{}); return err },
	} {
		ready.Add(1)
		callers.Go(func() {
			ready.Done()
			if err := call(); err != nil {
				t.Error(err)
			}
		})
	}
	ready.Wait()
	r.begin(x, input, nil)
	callers.Wait()
	if n := r.Stats().Started; n != 1 {
		t.Errorf("%d executions were started", n)
	}
}

// Many start the same at once: one does, and all hear of that one.
func TestStartsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(waiting)
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
				s, err := r.StartExecution(ctx, StartExecution{m, name, []byte(`{}`)})
				if err != nil || s.ExecutionARN != r.executionARN(m, name) {
					t.Error(s, err)
				}
			}
		})
	}
	callers.Wait()
	if n := r.Stats().Started; n != 8 {
		t.Errorf("%d executions were started", n)
	}
}

// A start that comes too late leaves nothing behind.
func TestStartWhileClosing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(waiting)
	x, input, err := r.prepare(StartExecution{m, "x", []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	r.introduce(x)
	r.Close()
	done := make(chan error, 1)
	r.begin(x, input, func(err error) { done <- err })
	wantCode(t, <-done, ErrUnavailable)
	_, err = r.DescribeExecution(ctx, x.arn)
	wantCode(t, err, ErrExecutionDoesNotExist)
}
