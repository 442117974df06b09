package statesapi

import (
	"context"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
)

type executionInput struct {
	page
	ARN          string        `json:"executionArn"`
	Machine      string        `json:"stateMachineArn"`
	Name         string        `json:"name"`
	Input        *string       `json:"input"`
	Status       engine.Status `json:"statusFilter"`
	Error        string        `json:"error"`
	Cause        string        `json:"cause"`
	Reverse      bool          `json:"reverseOrder"`
	IncludeData  *bool         `json:"includeExecutionData"`
	MapRun       string        `json:"mapRunArn"`
	Redrive      string        `json:"redriveFilter"`
	Token        string        `json:"clientToken"`
	Trace        string        `json:"traceHeader"`
	IncludedData string        `json:"includedData"`
}

// check is for the operations on one kept execution.
func (in executionInput) check() error {
	var v violations
	v.need("executionArn", in.ARN)
	v.oneOf("includedData", in.IncludedData, "ALL_DATA", metadataOnly)
	v.page(in.page)
	v.atMost("error", in.Error, 256)
	v.atMost("cause", in.Cause, 32768)
	if v != nil {
		return v.err()
	}
	return executionARN(in.ARN)
}

// checkStart is for the operations that start one.
func (in executionInput) checkStart() error {
	var v violations
	v.need("stateMachineArn", in.Machine)
	v.oneOf("includedData", in.IncludedData, "ALL_DATA", metadataOnly)
	return v.err()
}

func (in executionInput) start() engine.StartExecution {
	out := engine.StartExecution{StateMachineARN: in.Machine, Name: in.Name}
	if in.Input != nil {
		out.Input = []byte(*in.Input)
	}
	return out
}

type executionOutput struct {
	ARN           string        `json:"executionArn"`
	Machine       string        `json:"stateMachineArn"`
	Version       string        `json:"stateMachineVersionArn,omitempty"`
	Alias         string        `json:"stateMachineAliasArn,omitempty"`
	Name          string        `json:"name"`
	Status        engine.Status `json:"status"`
	Start         stamp         `json:"startDate"`
	Stop          stamp         `json:"stopDate,omitzero"`
	Input         *string       `json:"input,omitempty"`
	InputDetails  *included     `json:"inputDetails,omitempty"`
	Output        *string       `json:"output,omitempty"`
	OutputDetails *included     `json:"outputDetails,omitempty"`
	Error         string        `json:"error,omitempty"`
	Cause         string        `json:"cause,omitempty"`
	RedriveCount  *int          `json:"redriveCount,omitempty"`
	RedriveDate   stamp         `json:"redriveDate,omitzero"`
	RedriveStatus string        `json:"redriveStatus,omitempty"`
	RedriveReason string        `json:"redriveStatusReason,omitempty"`
	Billing       *billing      `json:"billingDetails,omitempty"`
	Trace         string        `json:"traceHeader,omitempty"`
}

// billing is what AWS would charge for: time in steps of 100 ms, memory in steps of 64 MB.
type billing struct {
	Duration int64 `json:"billedDurationInMilliseconds"`
	Memory   int64 `json:"billedMemoryUsedInMB"`
}

func describeExecution(x engine.Execution) executionOutput {
	return executionOutput{RedriveCount: &x.RedriveCount, RedriveDate: stamp{x.RedriveDate}, ARN: x.ARN, Machine: x.StateMachineARN, Version: x.VersionARN, Alias: x.AliasARN, Name: x.Name,
		Status: x.Status, Start: stamp{x.StartDate}, Stop: stamp{x.StopDate}}
}

// data shows inputs and outputs unless the caller does not want them.
func (out *executionOutput) data(input, output []byte, wanted string) {
	show := func(raw []byte) (*string, *included) {
		if raw == nil {
			return nil, nil
		}
		if wanted == metadataOnly {
			return nil, &included{}
		}
		text := string(raw)
		return &text, whole
	}
	out.Input, out.InputDetails = show(input)
	out.Output, out.OutputDetails = show(output)
}

func (s *service) executions(ops map[string]operation) {
	ops["StartExecution"] = op(func(ctx context.Context, in executionInput) (any, error) {
		if err := in.checkStart(); err != nil {
			return nil, err
		}
		r, err := s.e.StartExecution(ctx, in.start())
		return map[string]any{"executionArn": r.ExecutionARN, "startDate": stamp{r.StartDate}}, err
	})
	ops["StartSyncExecution"] = op(s.startSync)
	ops["DescribeExecution"] = op(s.describeExecution)
	ops["ListExecutions"] = op(s.listExecutions)
	ops["StopExecution"] = op(func(ctx context.Context, in executionInput) (any, error) {
		if err := in.check(); err != nil {
			return nil, err
		}
		at, err := s.e.StopExecution(ctx, in.ARN, in.Error, in.Cause)
		return map[string]stamp{"stopDate": {at}}, err
	})
	ops["RedriveExecution"] = op(func(ctx context.Context, in executionInput) (any, error) {
		if err := in.check(); err != nil {
			return nil, err
		}
		at, err := s.e.RedriveExecution(ctx, in.ARN, in.Token)
		return map[string]stamp{"redriveDate": {at}}, err
	})
	ops["GetExecutionHistory"] = op(s.history)
}

func (s *service) describeExecution(ctx context.Context, in executionInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	x, err := s.e.DescribeExecution(ctx, in.ARN)
	out := describeExecution(x)
	out.data(x.Input, x.Output, in.IncludedData)
	out.Error, out.Cause = x.Error, x.Cause
	out.RedriveStatus, out.RedriveReason = x.RedriveStatus(), x.NotRedrivable
	return out, err
}

func (s *service) startSync(ctx context.Context, in executionInput) (any, error) {
	if err := in.checkStart(); err != nil {
		return nil, err
	}
	r, err := s.e.StartSyncExecution(ctx, in.start())
	if err != nil {
		return nil, err
	}
	out := executionOutput{ARN: r.ExecutionARN, Machine: r.StateMachineARN, Name: r.Name, Status: r.Status,
		Start: stamp{r.StartDate}, Stop: stamp{r.StopDate()}, Error: r.Error, Cause: r.Cause, Trace: in.Trace}
	out.data(r.Input, r.Output, in.IncludedData)
	took := r.StopDate().Sub(r.StartDate).Milliseconds()
	out.Billing = &billing{max(1, (took+99)/100) * 100, 64}
	return out, nil
}

// The redrive filter's values.
const (
	redriven    = "REDRIVEN"
	notRedriven = "NOT_REDRIVEN"
)

func (s *service) listExecutions(ctx context.Context, in executionInput) (any, error) {
	var v violations
	v.oneOf("statusFilter", string(in.Status), "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")
	v.oneOf("redriveFilter", in.Redrive, redriven, notRedriven)
	v.page(in.page)
	switch {
	case v != nil:
		return nil, v.err()
	case in.Machine == "" && in.MapRun == "", in.Machine != "" && in.MapRun != "":
		return nil, fault.New(engine.ErrValidation, "Must provide a StateMachine ARN or MapRun ARN")
	case in.MapRun != "":
		return nil, fault.New(engine.ErrResourceNotFound, "Resource not found: '%s': the local engine has no Distributed Map", in.MapRun)
	}
	keep := func(x engine.Execution) bool {
		return (in.Status == "" || x.Status == in.Status) && (in.Redrive == "" || (x.RedriveCount > 0) == (in.Redrive == redriven))
	}
	list, next, err := s.e.ListExecutionsThat(ctx, in.Machine, keep, in.of())
	out := struct {
		Executions []executionOutput `json:"executions"`
		Next       string            `json:"nextToken,omitempty"`
	}{[]executionOutput{}, next}
	for _, x := range list {
		out.Executions = append(out.Executions, describeExecution(x))
	}
	return out, err
}

// historyEvent puts the details under the key of the event's type.
type historyEvent struct{ engine.HistoryEvent }

func (h historyEvent) MarshalJSON() ([]byte, error) {
	m := map[string]any{"id": h.ID, "previousEventId": h.PreviousID, "timestamp": stamp{h.At}, "type": h.Type}
	if h.Details != nil {
		m[h.Key] = h.Details
	}
	return json.Marshal(m)
}

func (s *service) history(ctx context.Context, in executionInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	events, next, err := s.e.GetExecutionHistory(ctx, in.ARN, engine.HistoryPage{Page: in.of(), Reverse: in.Reverse,
		WithoutData: in.IncludeData != nil && !*in.IncludeData})
	out := struct {
		Events []historyEvent `json:"events"`
		Next   string         `json:"nextToken,omitempty"`
	}{[]historyEvent{}, next}
	for _, ev := range events {
		out.Events = append(out.Events, historyEvent{ev})
	}
	return out, err
}
