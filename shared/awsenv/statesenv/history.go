package statesenv

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
)

// maxPage is how many events, or executions, one call returns.
const maxPage = 1000

// Executions implements fn.States.
func (p port) Executions(ctx context.Context, q fn.ExecutionQuery) (names []string, next string, err error) {
	of := p.machine(q.Machine)
	if q.Version != "" {
		of = q.Version
	}
	in := &sfn.ListExecutionsInput{StateMachineArn: &of, MaxResults: int32(min(q.Limit, maxPage))}
	if q.Limit == 0 {
		in.MaxResults = maxPage
	}
	if q.Running {
		in.StatusFilter = types.ExecutionStatusRunning
	}
	if q.After != "" {
		in.NextToken = &q.After
	}
	out, err := p.client.ListExecutions(ctx, in)
	if err != nil {
		return nil, "", fail(ctx, err, "list", q.Machine)
	}
	for _, x := range out.Executions {
		if aws.ToTime(x.StartDate).Before(q.Since) {
			return names, "", nil // and so are all that follow
		}
		names = append(names, aws.ToString(x.Name))
	}
	return names, aws.ToString(out.NextToken), nil
}

// History implements fn.States. The execution is an ARN or the name of a run,
// "<order>-<flow>-<n>".
func (p port) History(ctx context.Context, execution string, limit int) ([]fn.HistoryEvent, error) {
	var all []fn.HistoryEvent
	var err error
	for _, arn := range p.executions(execution) {
		all, err = p.history(ctx, arn, limit)
		if !fault.Is(err, fault.NotFound) {
			return all, err
		}
	}
	return nil, fault.New(fault.NotFound, "no such run, or its history has ended").On(execution, "")
}

// executions lists where a run can be: with a binding, a flow that the repository
// owns, or one that the console owns.
func (p port) executions(run string) []string {
	if strings.HasPrefix(run, "arn:") {
		return []string{run}
	}
	_, rest, _ := strings.Cut(run, "-")
	dash := strings.LastIndex(rest, "-")
	if dash < 1 {
		return nil
	}
	if _, err := strconv.Atoi(rest[dash+1:]); err != nil {
		return nil
	}
	prefix := strings.Replace(p.stack.Prefix, machineType, executionType, 1)
	if binding, _, ok := flow.BoundTo(rest[:dash]); ok {
		return []string{prefix + flow.BindingMachine(binding) + ":" + run}
	}
	return []string{prefix + rest[:dash] + ":" + run, prefix + "flow-" + rest[:dash] + ":" + run}
}

func (p port) history(ctx context.Context, arn string, limit int) ([]fn.HistoryEvent, error) {
	in := &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, IncludeExecutionData: aws.Bool(true)}
	var all []fn.HistoryEvent
	for len(all) < limit {
		in.MaxResults = int32(min(limit-len(all), maxPage))
		out, err := p.client.GetExecutionHistory(ctx, in)
		if err != nil {
			return nil, fail(ctx, err, "read the history of", arn)
		}
		for _, e := range out.Events {
			all = append(all, eventOf(e))
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	return all, nil
}

// eventOf flattens an event: each type has its details in a field of its own.
func eventOf(e types.HistoryEvent) fn.HistoryEvent {
	out := fn.HistoryEvent{ID: e.Id, Previous: e.PreviousEventId, At: aws.ToTime(e.Timestamp), Type: string(e.Type)}
	if d := e.StateEnteredEventDetails; d != nil {
		out.State, out.Input = aws.ToString(d.Name), aws.ToString(d.Input)
	}
	if d := e.StateExitedEventDetails; d != nil {
		out.State, out.Output = aws.ToString(d.Name), aws.ToString(d.Output)
	}
	if d := e.EvaluationFailedEventDetails; d != nil {
		out.State = aws.ToString(d.State)
	}
	out.Input += aws.ToString(inputOf(e))
	out.Output += aws.ToString(outputOf(e))
	code, cause := failureOf(e)
	out.Error, out.Cause = aws.ToString(code), aws.ToString(cause)
	return out
}

func inputOf(e types.HistoryEvent) *string {
	switch {
	case e.ExecutionStartedEventDetails != nil:
		return e.ExecutionStartedEventDetails.Input
	case e.TaskScheduledEventDetails != nil:
		return e.TaskScheduledEventDetails.Parameters
	case e.LambdaFunctionScheduledEventDetails != nil:
		return e.LambdaFunctionScheduledEventDetails.Input
	}
	return nil
}

func outputOf(e types.HistoryEvent) *string {
	switch {
	case e.ExecutionSucceededEventDetails != nil:
		return e.ExecutionSucceededEventDetails.Output
	case e.TaskSubmittedEventDetails != nil:
		return e.TaskSubmittedEventDetails.Output
	case e.TaskSucceededEventDetails != nil:
		return e.TaskSucceededEventDetails.Output
	case e.LambdaFunctionSucceededEventDetails != nil:
		return e.LambdaFunctionSucceededEventDetails.Output
	}
	return nil
}

func failureOf(e types.HistoryEvent) (code, cause *string) {
	switch {
	case e.ExecutionFailedEventDetails != nil:
		return e.ExecutionFailedEventDetails.Error, e.ExecutionFailedEventDetails.Cause
	case e.ExecutionAbortedEventDetails != nil:
		return e.ExecutionAbortedEventDetails.Error, e.ExecutionAbortedEventDetails.Cause
	case e.ExecutionTimedOutEventDetails != nil:
		return e.ExecutionTimedOutEventDetails.Error, e.ExecutionTimedOutEventDetails.Cause
	case e.TaskFailedEventDetails != nil:
		return e.TaskFailedEventDetails.Error, e.TaskFailedEventDetails.Cause
	case e.TaskTimedOutEventDetails != nil:
		return e.TaskTimedOutEventDetails.Error, e.TaskTimedOutEventDetails.Cause
	case e.TaskStartFailedEventDetails != nil:
		return e.TaskStartFailedEventDetails.Error, e.TaskStartFailedEventDetails.Cause
	case e.TaskSubmitFailedEventDetails != nil:
		return e.TaskSubmitFailedEventDetails.Error, e.TaskSubmitFailedEventDetails.Cause
	case e.LambdaFunctionFailedEventDetails != nil:
		return e.LambdaFunctionFailedEventDetails.Error, e.LambdaFunctionFailedEventDetails.Cause
	case e.LambdaFunctionTimedOutEventDetails != nil:
		return e.LambdaFunctionTimedOutEventDetails.Error, e.LambdaFunctionTimedOutEventDetails.Cause
	case e.EvaluationFailedEventDetails != nil:
		return e.EvaluationFailedEventDetails.Error, e.EvaluationFailedEventDetails.Cause
	}
	return nil, nil
}
