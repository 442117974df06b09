package flows

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// SubFlowRunning is the failure of a sub-flow that the order is in already.
const SubFlowRunning = "Flow.Running"

// RunSubFlow starts another flow for a step, which waits for its end.
var RunSubFlow = fn.Function{
	ID:      "flows/run-sub-flow",
	Summary: "Start a run of a sub-flow for an order, whose end the calling step waits for",
	Input:   flow.SubFlowInput{},
	Result:  StartResult{},
	Failures: []fn.Failure{
		{Code: SubFlowRunning, Meaning: "the order is in that flow already: one run at a time"},
		{Code: fault.NotFound, Meaning: "no such order, or no such live flow"},
		{Code: fault.Invalid, Meaning: "the flow is no sub-flow"},
		{Code: fault.Conflict, Meaning: "others kept changing the order", Retry: true},
		{Code: fault.OrderCanceled, Meaning: "the order was canceled meanwhile"},
	},
	Example: flow.SubFlowInput{
		StepInput: flow.StepInput{Order: "ord_01JZZZZZZZZZZZZZZZZZZZZZZZ", Run: "ord_01JZZZZZZZZZZZZZZZZZZZZZZZ-wholesale-1", Step: "credit", Key: "credit#0"},
		Flow:      "credit-check",
	},
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := starterOf(d)
		return fn.Task(s.runSubFlow)
	},
}

// runSubFlow claims the next run of the flow in the table and starts it; asked
// again with the same key, the same run.
func (s starter) runSubFlow(ctx context.Context, in flow.SubFlowInput) (StartResult, error) {
	out := StartResult{Flows: []string{}}
	machine, err := s.subFlow(ctx, in.Flow)
	if err != nil {
		return out, err
	}
	res, err := s.orders.Change(ctx, in.Order, in.Key, in.Step, func(r *store.Record) (store.Change, error) { return s.enter(r, in) })
	if err != nil {
		return out, err
	}
	n := 0
	if err := json.Unmarshal(res.Outcome, &n); err != nil {
		return out, fault.Wrap(err, fault.Internal, "reading the run of %s", in.Key)
	}
	if !res.Applied { // the caller was tried again and waits on a new token now
		if res.Record.Status.State == order.Canceled {
			return out, canceled(&res.Record)
		}
		if _, err := s.orders.Table.Write(ctx, s.waiter(in, n)); err != nil {
			return out, err
		}
	}
	out.Flows = append(out.Flows, in.Flow)
	return out, flow.Start(ctx, s.states, machine, in.Order, in.Flow, n)
}

// subFlow finds the machine of a live flow that other flows run.
func (s starter) subFlow(ctx context.Context, id string) (string, error) {
	live, err := s.flows.Live(ctx)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(live, func(l registry.Live) bool { return l.ID == id })
	if i < 0 {
		return "", fault.New(fault.NotFound, "no live flow %q", id).Do("Publish the flow, then reprocess")
	}
	if live[i].Event != flow.SubFlowEntry {
		return "", fault.New(fault.Invalid, "flow %q is entered by orders themselves; it does not tell other flows of its end", id).Do("Run a flow whose entry event is " + flow.SubFlowEntry)
	}
	return live[i].Machine, nil
}

// enter numbers the run: one live run per order and flow. A step that failed
// before its run had started, or whose own flow began again, waits for that run.
func (s starter) enter(r *store.Record, in flow.SubFlowInput) (store.Change, error) {
	if r.Status.State == order.Canceled {
		return store.Change{}, canceled(r)
	}
	n := r.Status.Runs[in.Flow]
	latest := flow.RunName(in.Order, in.Flow, n)
	if slices.Contains(r.Status.Waits, signalOf(in, n)) {
		return store.Change{Outcome: n, Ops: []table.Op{s.waiter(in, n)}}, nil
	}
	if slices.ContainsFunc(r.Status.Waits, func(w string) bool { return flow.IsSubFlowSignal(w, latest) }) {
		return store.Change{}, fault.New(SubFlowRunning, "the order is in flow %q already", in.Flow).On(in.Order, "runs").Do("Wait until that run has ended, then reprocess")
	}
	if r.Status.Runs == nil {
		r.Status.Runs = map[string]int{}
	}
	n++
	r.Status.Runs[in.Flow] = n
	r.Status.Waits = append(r.Status.Waits, signalOf(in, n))
	return store.Change{Outcome: n, Ops: []table.Op{s.waiter(in, n)}}, nil
}

// waiter is the half of the rendezvous of the step that waits for the n-th run.
func (s starter) waiter(in flow.SubFlowInput, n int) table.Op {
	return rendezvous.Wait(in.Order, signalOf(in, n), in.Token, s.orders.Now())
}

func signalOf(in flow.SubFlowInput, n int) string {
	return flow.SubFlowSignalName(flow.RunName(in.Order, in.Flow, n), in.Run, in.Step)
}

func canceled(r *store.Record) error {
	return fault.New(fault.OrderCanceled, "the order is canceled").On(r.Status.Order, "state")
}
