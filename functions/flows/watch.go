package flows

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order/store"
)

const watchEvery = time.Minute

// Watched says what a look at the flows led to.
type Watched struct {
	Routed   int `json:"routed"`   // aliases that a crash had left behind
	Promoted int `json:"promoted"` // versions that passed their trial
	Ended    int `json:"ended"`    // versions that did not
}

// Watch decides on versions on trial, and routes what a crash left unrouted.
var Watch = fn.Function{
	ID:      "flows/watch",
	Summary: "Promote the versions that pass their trial, roll back those that do not, and finish publications that broke off",
	Trigger: fn.Trigger{Schedule: watchEvery},
	Result:  Watched{},
	Example: struct{}{},
	Timeout: 2 * time.Minute,
	New: func(d fn.Deps) fn.Handler {
		w := watcher{publisherOf(d), starterOf(d).orders}
		return fn.Task(func(ctx context.Context, _ struct{}) (Watched, error) { return w.watch(ctx) })
	},
}

type watcher struct {
	publisher
	orders store.Store
}

func (w watcher) watch(ctx context.Context) (Watched, error) {
	var out Watched
	var errs []error
	unrouted, err := w.registry.Unrouted(ctx)
	if err != nil {
		return out, err
	}
	for _, l := range unrouted {
		if err := w.route(ctx, []registry.Live{l}); err != nil {
			errs = append(errs, err)
			continue
		}
		out.Routed++
	}
	live, err := w.registry.Live(ctx)
	if err != nil {
		return out, err
	}
	for _, l := range live {
		if l.Canary != nil {
			errs = append(errs, w.judge(ctx, l, &out))
		}
	}
	return out, errors.Join(errs...)
}

// judge decides on a version on trial when enough orders took it: at once when
// too many of them have an exception, otherwise at the end of its time.
func (w watcher) judge(ctx context.Context, l registry.Live, out *Watched) error {
	runs, _, err := w.states.Executions(ctx, fn.ExecutionQuery{Machine: l.Machine, Version: l.Canary.Version, Since: l.Canary.Since, Limit: maxSample})
	if err != nil || len(runs) < l.Canary.Minimum {
		return err
	}
	failed, err := w.failed(ctx, runs)
	if err != nil {
		return err
	}
	if failed*100 > l.Canary.Threshold*len(runs) {
		out.Ended++
		_, err := w.rollback(ctx, l, Told{By: "orderloom", Comment: fmt.Sprintf("version %d failed its trial: %d of %d orders had an exception, %d %% may", l.Canary.Number, failed, len(runs), l.Canary.Threshold)})
		return err
	}
	if w.now().Before(l.Canary.Since.Add(time.Duration(l.Canary.Minutes) * time.Minute)) {
		return nil
	}
	out.Promoted++
	_, err = w.promote(ctx, l)
	return err
}

// failed counts the runs in which an exception was raised, answered or not.
func (w watcher) failed(ctx context.Context, runs []string) (int, error) {
	var n atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, run := range runs {
		g.Go(func() error {
			order, _, _ := strings.Cut(run, "-")
			bad, err := exception.RaisedIn(ctx, w.orders, order, run)
			if bad {
				n.Add(1)
			}
			return err
		})
	}
	err := g.Wait()
	return int(n.Load()), err
}
