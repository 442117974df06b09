package engine

import (
	"context"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
)

// Execution describes an execution.
type Execution struct {
	ARN             string
	Name            string
	StateMachineARN string
	VersionARN      string
	AliasARN        string
	Status          Status
	StartDate       time.Time
	StopDate        time.Time // zero while it runs
	Input           []byte    // not in lists
	Output          []byte    // not in lists; nil unless it succeeded
	Error           string    // not in lists
	Cause           string    // not in lists
	RedriveCount    int
	RedriveDate     time.Time // zero when it never was redriven
	NotRedrivable   string    // why it cannot be redriven, "" when it can; not in lists
}

// RedriveStatus is NotRedrivable as AWS names it.
func (x Execution) RedriveStatus() string {
	if x.NotRedrivable == "" {
		return "REDRIVABLE"
	}
	return "NOT_REDRIVABLE"
}

// summary is what lists show.
func (x *execution) summary() Execution {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := Execution{ARN: x.arn, Name: x.birth.Name, StateMachineARN: x.birth.Machine, VersionARN: x.birth.Version,
		AliasARN: x.birth.Alias, Status: x.status, StartDate: millis(x.birth.Started)}
	if x.stopped != 0 {
		out.StopDate = millis(x.stopped)
	}
	if r := x.redrive; r != nil {
		out.RedriveCount, out.RedriveDate = int(r.count), millis(r.at)
	}
	return out
}

// DescribeExecution describes a durable execution as the log knows it.
func (e *Engine) DescribeExecution(_ context.Context, arn string) (Execution, error) {
	x := e.byARN(arn)
	if x == nil {
		return Execution{}, noExecution(arn)
	}
	out := x.summary()
	if err := e.settle(x); err != nil {
		return Execution{}, err
	}
	x.logMu.Lock()
	records := x.records
	x.logMu.Unlock()
	if len(records) == 0 {
		return Execution{}, noExecution(arn) // the engine was closed before it began
	}
	events, err := e.read(records[0])
	if err != nil {
		return Execution{}, err
	}
	out.Input = events[1].in.raw // after created
	if out.Status == Running {
		out.NotRedrivable = e.unredrivable(x, Running, time.Time{}, 0)
		return out, nil
	}
	end, err := e.end(x)
	if err != nil {
		return Execution{}, err
	}
	if !end.kind.closes() {
		return out, nil // redriven meanwhile: what was is what it was
	}
	out.NotRedrivable = e.unredrivable(x, out.Status, out.StopDate, end.id)
	out.Error, out.Cause = end.err, end.cause
	if end.in != nil {
		out.Output = end.in.raw
	}
	return out, nil
}

// ListExecutions lists the executions of a machine, a version or an alias,
// newest first; status "" means all.
func (e *Engine) ListExecutions(ctx context.Context, arn string, status Status, page Page) ([]Execution, string, error) {
	return e.ListExecutionsThat(ctx, arn, func(x Execution) bool { return status == "" || x.Status == status }, page)
}

// ListExecutionsThat lists those that keep chooses by what lists show.
func (e *Engine) ListExecutionsThat(_ context.Context, arn string, keep func(Execution) bool, page Page) ([]Execution, string, error) {
	t, err := e.resolve(arn)
	if err != nil {
		return nil, "", err
	}
	if t.rec.Type == Express {
		return nil, "", fault.New(ErrMachineType, "Express executions are not kept: '%s'", arn)
	}
	list := "executions of " + arn
	from, err := page.start(list)
	if err != nil {
		return nil, "", err
	}
	e.mu.RLock()
	all := e.byMachine[t.rec.ARN]
	e.mu.RUnlock()
	var out []Execution
	for i := len(all) - 1; i >= 0; i-- {
		x := all[i]
		if from != 0 && x.seq >= uint64(from) || arn != x.birth.Machine && arn != x.birth.Version && arn != x.birth.Alias {
			continue
		}
		s := x.summary()
		if !keep(s) {
			continue
		}
		if len(out) == page.size() {
			return out, pageToken(list, int64(all[i].seq)+1), nil
		}
		out = append(out, s)
	}
	return out, "", nil
}

// StopExecution aborts an execution and returns when that is durable. One that
// has ended already stays as it is.
func (e *Engine) StopExecution(ctx context.Context, arn, name, cause string) (time.Time, error) {
	x := e.byARN(arn)
	if x == nil {
		return time.Time{}, noExecution(arn)
	}
	err := e.await(ctx, x, func(t *turn) { t.close(executionAborted, name, cause, nil) })
	if err != nil {
		return time.Time{}, err
	}
	return x.summary().StopDate, e.settle(x)
}
