package exception

import (
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
)

// Of is the open exception of a step that failed.
func Of(in flow.ExceptionInput, now time.Time) Exception {
	e := Exception{
		ID: ID(in.Order, in.Key), Order: in.Order, FulfillmentOrder: in.FulfillmentOrder, Line: in.Line, Run: in.Run, Step: in.Step,
		Category: Categorize(in.Error), Error: in.Error, Answers: in.Answers,
		Signal: Signal(in.Key), RaisedAt: now, State: Open,
	}
	e.Cause, e.Data = Explained(in.Cause)
	return e
}

// Explained takes the sentence and the fault out of a failure's cause: that of a
// Lambda function is {"errorType","errorMessage"} whose message is a fault.
func Explained(cause string) (sentence string, data json.RawMessage) {
	var failed fn.LambdaError
	var f fault.Error
	if json.Unmarshal([]byte(cause), &failed) == nil && failed.ErrorMessage != "" {
		cause = failed.ErrorMessage
	}
	if json.Unmarshal([]byte(cause), &f) == nil && f.Message != "" {
		return f.Message, json.RawMessage(cause)
	}
	return cause, nil
}
