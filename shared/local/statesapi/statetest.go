package statesapi

import (
	"context"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
)

// testInput is the request of TestState.
type testInput struct {
	Definition string  `json:"definition"`
	State      string  `json:"stateName"`
	RoleARN    string  `json:"roleArn"`
	Input      *string `json:"input"`
	Variables  *string `json:"variables"`
	Context    *string `json:"context"`
	Level      string  `json:"inspectionLevel"`
	Mock       *struct {
		Result *string `json:"result"`
		Error  *struct {
			Error string `json:"error"`
			Cause string `json:"cause"`
		} `json:"errorOutput"`
	} `json:"mock"`
	Configuration struct {
		Retried int `json:"retrierRetryCount"`
	} `json:"stateConfiguration"`
}

type testOutput struct {
	Status  string         `json:"status"`
	Output  *string        `json:"output,omitempty"`
	Error   string         `json:"error,omitempty"`
	Cause   string         `json:"cause,omitempty"`
	Next    string         `json:"nextState,omitempty"`
	Inspect map[string]any `json:"inspectionData,omitempty"`
}

func (s *service) testState(ctx context.Context, in testInput) (any, error) {
	var v violations
	v.need("definition", in.Definition)
	v.oneOf("inspectionLevel", in.Level, "INFO", "DEBUG", "TRACE")
	if v != nil {
		return nil, v.err()
	}
	mock, err := in.mock()
	if err != nil {
		return nil, err
	}
	if in.Context != nil && mock == nil {
		return nil, fault.New(engine.ErrValidation, "Context can only be specified together with a mock")
	}
	r, err := s.e.TestState(ctx, engine.StateTest{Definition: []byte(in.Definition), State: in.State, RoleARN: in.RoleARN,
		Input: bytesOf(in.Input), Variables: bytesOf(in.Variables), Context: bytesOf(in.Context), Retried: in.Configuration.Retried, Mock: mock})
	if err != nil {
		return nil, err
	}
	return testAnswer(r, in.Level), nil
}

func (in testInput) mock() (*engine.Mock, error) {
	switch m := in.Mock; {
	case m == nil:
		return nil, nil
	case (m.Result == nil) == (m.Error == nil):
		return nil, fault.New(engine.ErrValidation, "A mock has either a result or an errorOutput")
	case m.Error != nil:
		return &engine.Mock{Failure: &engine.TaskError{Error: m.Error.Error, Cause: m.Error.Cause}}, nil
	default:
		return &engine.Mock{Result: []byte(*m.Result)}, nil
	}
}

func testAnswer(r engine.StateTested, level string) testOutput {
	out := testOutput{Status: r.Status, Error: r.Error, Cause: r.Cause, Next: r.Next}
	if r.Output != nil {
		text := string(r.Output)
		out.Output = &text
	}
	if level == "" || level == "INFO" {
		return out
	}
	out.Inspect = map[string]any{}
	for field, text := range r.Data {
		out.Inspect[field] = text
	}
	switch r.Status {
	case engine.TestRetriable:
		out.Inspect["errorDetails"] = map[string]any{"retryIndex": r.Retrier, "retryBackoffIntervalSeconds": r.RetryIn}
	case engine.TestCaught:
		out.Inspect["errorDetails"] = map[string]any{"catchIndex": r.Catcher}
	}
	return out
}

func bytesOf(text *string) []byte {
	if text == nil {
		return nil
	}
	return []byte(*text)
}
