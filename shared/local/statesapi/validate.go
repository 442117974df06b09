package statesapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/orderloom/orderloom/shared/asl"
)

// diagnostic is one finding of ValidateStateMachineDefinition.
type diagnostic struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Location string `json:"location,omitempty"`
}

type validation struct {
	Result      string       `json:"result"`
	Diagnostics []diagnostic `json:"diagnostics"`
	Truncated   bool         `json:"truncated"`
}

// maxDiagnostics is AWS's limit, and what callers get who name none.
const maxDiagnostics = 100

func (s *service) validate(_ context.Context, in struct {
	machineInput
	Max      int    `json:"maxResults"`
	Severity string `json:"severity"`
}) (any, error) {
	var v violations
	v.need("definition", value(in.Definition))
	v.oneOf("type", string(in.Type), "STANDARD", "EXPRESS")
	v.oneOf("severity", in.Severity, "ERROR", "WARNING")
	v.between("maxResults", in.Max, 0, maxDiagnostics)
	if v != nil {
		return nil, v.err()
	}
	if in.Max == 0 {
		in.Max = maxDiagnostics
	}
	out := validation{Result: "OK", Diagnostics: []diagnostic{}}
	err := s.e.Validate([]byte(*in.Definition), in.Type)
	problems, ok := errors.AsType[asl.Problems](err)
	if err != nil && !ok {
		return nil, err
	}
	for _, p := range problems {
		out.Result = "FAIL"
		if len(out.Diagnostics) == in.Max {
			out.Truncated = true
			break
		}
		out.Diagnostics = append(out.Diagnostics, diagnostic{"ERROR", p.Code, fmt.Sprintf("%s (byte %d)", p.Message, p.Position), p.Pointer})
	}
	return out, nil
}
