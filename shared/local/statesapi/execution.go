package statesapi

import (
	"context"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/engine"
)

type executionInput struct {
	page
	ARN         string        `json:"executionArn"`
	Machine     string        `json:"stateMachineArn"`
	Name        string        `json:"name"`
	Input       *string       `json:"input"`
	Status      engine.Status `json:"statusFilter"`
	Error       string        `json:"error"`
	Cause       string        `json:"cause"`
	Reverse     bool          `json:"reverseOrder"`
	IncludeData *bool         `json:"includeExecutionData"`
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
	RedriveStatus string        `json:"redriveStatus,omitempty"`
	Billing       any           `json:"billingDetails,omitempty"`
}

func describeExecution(x engine.Execution) executionOutput {
	return executionOutput{ARN: x.ARN, Machine: x.StateMachineARN, Version: x.VersionARN, Alias: x.AliasARN, Name: x.Name,
		Status: x.Status, Start: stamp{x.StartDate}, Stop: stamp{x.StopDate}}
}

// data shows inputs and outputs unless the caller does not want them.
func (out *executionOutput) data(input, output []byte, wanted *bool) {
	if wanted != nil && !*wanted {
		return
	}
	text := string(input)
	out.Input, out.InputDetails = &text, whole
	if output != nil {
		text := string(output)
		out.Output, out.OutputDetails = &text, whole
	}
}

func (s *service) executions(ops map[string]operation) {
	ops["StartExecution"] = op(func(ctx context.Context, in executionInput) (any, error) {
		r, err := s.e.StartExecution(ctx, in.start())
		return map[string]any{"executionArn": r.ExecutionARN, "startDate": stamp{r.StartDate}}, err
	})
	ops["StartSyncExecution"] = op(s.startSync)
	ops["DescribeExecution"] = op(func(ctx context.Context, in executionInput) (any, error) {
		x, err := s.e.DescribeExecution(ctx, in.ARN)
		out := describeExecution(x)
		out.data(x.Input, x.Output, in.IncludeData)
		out.Error, out.Cause = x.Error, x.Cause
		out.RedriveCount, out.RedriveStatus = new(int), "NOT_REDRIVABLE"
		return out, err
	})
	ops["ListExecutions"] = op(s.listExecutions)
	ops["StopExecution"] = op(func(ctx context.Context, in executionInput) (any, error) {
		at, err := s.e.StopExecution(ctx, in.ARN, in.Error, in.Cause)
		return map[string]stamp{"stopDate": {at}}, err
	})
	ops["GetExecutionHistory"] = op(s.history)
}

func (s *service) startSync(ctx context.Context, in executionInput) (any, error) {
	r, err := s.e.StartSyncExecution(ctx, in.start())
	if err != nil {
		return nil, err
	}
	out := executionOutput{ARN: r.ExecutionARN, Machine: r.StateMachineARN, Name: r.Name, Status: r.Status,
		Start: stamp{r.StartDate}, Stop: stamp{r.StopDate()}, Error: r.Error, Cause: r.Cause}
	out.data(r.Input, r.Output, nil)
	out.Billing = map[string]int64{"billedDurationInMilliseconds": r.StopDate().Sub(r.StartDate).Milliseconds(), "billedMemoryUsedInMB": 64}
	return out, nil
}

func (s *service) listExecutions(ctx context.Context, in executionInput) (any, error) {
	list, next, err := s.e.ListExecutions(ctx, in.Machine, in.Status, in.of())
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

// tasks registers the operations on task tokens.
func (s *service) tasks(ops map[string]operation) {
	type input struct {
		Token  string `json:"taskToken"`
		Output string `json:"output"`
		Error  string `json:"error"`
		Cause  string `json:"cause"`
	}
	ops["SendTaskSuccess"] = op(func(ctx context.Context, in input) (any, error) {
		return empty{}, s.e.SendTaskSuccess(ctx, in.Token, []byte(in.Output))
	})
	ops["SendTaskFailure"] = op(func(ctx context.Context, in input) (any, error) {
		return empty{}, s.e.SendTaskFailure(ctx, in.Token, in.Error, in.Cause)
	})
	ops["SendTaskHeartbeat"] = op(func(ctx context.Context, in input) (any, error) {
		return empty{}, s.e.SendTaskHeartbeat(ctx, in.Token)
	})
}
