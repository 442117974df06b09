package engine

import "time"

// Status is the status of an execution.
type Status string

// The statuses.
const (
	Running   Status = "RUNNING"
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED"
)

// StatusEvent says that an execution started or ended. It has the fields of the
// detail of AWS's event "Step Functions Execution Status Change".
type StatusEvent struct {
	ExecutionARN    string  `json:"executionArn"`
	StateMachineARN string  `json:"stateMachineArn"`
	Name            string  `json:"name"`
	Status          Status  `json:"status"`
	StartDate       int64   `json:"startDate"` // Unix milliseconds
	StopDate        *int64  `json:"stopDate"`
	Input           string  `json:"input"`
	Output          *string `json:"output"`
	VersionARN      *string `json:"stateMachineVersionArn"`
	AliasARN        *string `json:"stateMachineAliasArn"`
	Error           *string `json:"error"`
	Cause           *string `json:"cause"`
}

func millis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
