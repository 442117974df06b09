// Command goworkflows runs the work of the engine's benchmark of six states,
// three activities in turn, on github.com/cschleiden/go-workflows with its
// SQLite backend: another durable engine in Go, in one process, on one file.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/cschleiden/go-workflows/backend"
	"github.com/cschleiden/go-workflows/backend/sqlite"
	"github.com/cschleiden/go-workflows/client"
	"github.com/cschleiden/go-workflows/worker"
	"github.com/cschleiden/go-workflows/workflow"
)

const (
	runs   = 300
	flight = 64 // executions at once
	states = 6  // of the engine's machine that does the same
)

// payload is what an activity gets and returns.
type payload struct {
	Order string `json:"order"`
	Key   string `json:"key"`
	N     int    `json:"n"`
}

func echo(_ context.Context, p payload) (payload, error) { return p, nil }

func six(ctx workflow.Context, order string) (int, error) {
	n := 0
	for _, step := range []string{"b", "c", "e"} {
		p, err := workflow.ExecuteActivity[payload](ctx, workflow.DefaultActivityOptions, echo, payload{order, order + "-" + step, n + 1}).Get(ctx)
		if err != nil {
			return 0, err
		}
		n = p.N
	}
	return n, nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "goworkflows")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	store := sqlite.NewSqliteBackend(filepath.Join(dir, "flows.sqlite"), sqlite.WithBackendOptions(backend.WithLogger(quiet)))
	defer store.Close()
	w := worker.New(store, nil)
	if err := w.RegisterWorkflow(six); err != nil {
		return err
	}
	if err := w.RegisterActivity(echo); err != nil {
		return err
	}
	if err := w.Start(ctx); err != nil {
		return err
	}
	begin, before := time.Now(), cpu()
	if err := load(ctx, client.New(store)); err != nil {
		return err
	}
	wall, used := time.Since(begin), cpu()-before
	transitions := float64(runs * states)
	fmt.Printf("go-workflows, SQLite: %.0f transitions/s, %.0f cpu-ns/transition\n", transitions/wall.Seconds(), float64(used.Nanoseconds())/transitions)
	cancel()
	return w.WaitForCompletion()
}

// load keeps as many executions in flight as the engine's benchmark does.
func load(ctx context.Context, c *client.Client) error {
	next, failed := make(chan int), make(chan error, flight)
	var wg sync.WaitGroup
	for range flight {
		wg.Go(func() {
			for i := range next {
				id := fmt.Sprint("run-", i)
				flow, err := c.CreateWorkflowInstance(ctx, client.WorkflowInstanceOptions{InstanceID: id}, six, fmt.Sprint("ord_", i))
				if err == nil {
					_, err = client.GetWorkflowResult[int](ctx, c, flow, time.Minute)
				}
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	for i := range runs {
		select {
		case next <- i:
		case err := <-failed:
			return err
		}
	}
	close(next)
	wg.Wait()
	close(failed)
	return <-failed
}

// cpu is the processor time of this process.
func cpu() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
