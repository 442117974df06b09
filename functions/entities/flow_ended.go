package entities

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
)

// statusChange is the detail of "Step Functions Execution Status Change".
type statusChange struct {
	Detail struct {
		Name   string `json:"name"`
		Status string `json:"status"`
		Error  string `json:"error"`
		Cause  string `json:"cause"`
	} `json:"detail"`
}

// FlowEnded puts a record whose execution failed, timed out or was aborted on the
// exception list. Reprocess starts the flow's next run.
var FlowEnded = fn.Function{
	ID:       "entities/flow-ended",
	Summary:  "Raise an exception when a record's execution ends without success",
	Trigger:  fn.Trigger{Rule: "Step Functions Execution Status Change"},
	Failures: changing,
	Example:  json.RawMessage(`{"detail-type":"Step Functions Execution Status Change","detail":{"name":"` + exampleRecord + `-example-1","status":"TIMED_OUT"}}`),
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.Task(func(ctx context.Context, in statusChange) (struct{}, error) { return struct{}{}, flowEnded(ctx, s, in) })
	},
}

func flowEnded(ctx context.Context, s opened, in statusChange) error {
	if s.err != nil {
		return s.err
	}
	id, _, _ := strings.Cut(in.Detail.Name, "-")
	if _, ours := entity.OfRecord(s.Entities, id); !ours || !slices.Contains([]string{"FAILED", "TIMED_OUT", "ABORTED"}, in.Detail.Status) {
		return nil // not about a record, or all is well
	}
	code, cause := in.Detail.Error, in.Detail.Cause
	if code == "" {
		code = "States." + in.Detail.Status
	}
	if cause == "" {
		cause = "the execution ended as " + in.Detail.Status
	}
	run := in.Detail.Name
	_, err := s.Change(ctx, id, exception.EndedKey(run), "", func(r *store.Record) (store.Change, error) {
		abandoned, err := abandon(ctx, s.Store, r, run)
		if err != nil || r.Entity.Over(&r.Status) {
			return abandoned, err
		}
		answers := []flow.Answer{flow.Reprocess}
		if r.Entity.Cancelable() {
			answers = append(answers, flow.Cancel)
		}
		e := exception.Of(flow.ExceptionInput{
			StepInput: flow.StepInput{Order: id, Run: run, Step: "(whole flow)", Key: exception.EndedKey(run)}, Error: code, Cause: cause, Answers: answers,
		}, s.Now())
		e.Category, e.Signal = exception.Platform, "" // nobody waits any more
		c, err := listed(r, e)
		c.Ops = append(c.Ops, abandoned.Ops...)
		return c, err
	})
	if fault.Is(err, fault.NotFound) {
		return nil // not one of our records after all
	}
	return err
}

// abandon takes the exceptions of an ended run off the list: the execution that
// waited for their answers is gone. Nor does the run hold the record any more.
func abandon(ctx context.Context, s store.Store, r *store.Record, run string) (store.Change, error) {
	var c store.Change
	for _, h := range slices.Clone(r.Status.Holds) {
		if strings.HasPrefix(h.Signal, flow.HoldSignalName(run+"#")) {
			r.Status.EndHold(h.Signal)
		}
	}
	ended, ops, err := exception.EndedWith(ctx, s.Table, r.Status.OpenExceptions, run)
	c.Ops = ops
	for _, e := range ended {
		r.Status.OpenExceptions = slices.DeleteFunc(r.Status.OpenExceptions, func(o string) bool { return o == e.ID })
		r.Status.Waits = slices.DeleteFunc(r.Status.Waits, func(w string) bool { return w == e.Signal })
	}
	return c, err
}
