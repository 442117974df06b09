package fn

import (
	"encoding/json"
	"errors"

	"github.com/orderloom/orderloom/shared/fault"
)

// LambdaError is a failed invocation as Lambda reports it: the error type is
// what Retry and Catch of a state machine match.
type LambdaError struct {
	ErrorType    string `json:"errorType"`
	ErrorMessage string `json:"errorMessage"`
}

// Failed converts a handler's error. The message of a fault is the fault as
// JSON, so that an exception shows field, value and remedy.
func Failed(err error) LambdaError {
	f := asFault(err)
	if f == nil {
		return LambdaError{fault.Internal, err.Error()}
	}
	text, jsonErr := json.Marshal(f)
	if jsonErr != nil {
		return LambdaError{f.Code, f.Error()}
	}
	return LambdaError{f.Code, string(text)}
}

func asFault(err error) *fault.Error {
	f, _ := errors.AsType[*fault.Error](err)
	return f
}
