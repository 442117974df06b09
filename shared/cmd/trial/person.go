package trial

import (
	"context"
	"encoding/base64"
	"encoding/json"

	"github.com/aws/aws-lambda-go/events"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// post answers as a person does.
func (s *sandbox) post(r *run, function, path, id, step string) error {
	body, err := json.Marshal(map[string]string{"step": step, "by": "trial"})
	if err != nil {
		return err
	}
	request, err := json.Marshal(fn.ExampleRequest("POST", path, map[string]string{"id": id}, string(body)))
	if err != nil {
		return err
	}
	out, failed := s.one(context.Background(), r, function, request)
	if failed != nil {
		return failedError(failed)
	}
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &res); err != nil || res.StatusCode/100 == 2 {
		return err
	}
	return refused(res)
}

// failedError is a failed invocation as an error.
func failedError(failed *fn.LambdaError) error {
	if failed == nil {
		return nil
	}
	var f fault.Error
	if json.Unmarshal([]byte(failed.ErrorMessage), &f) == nil && f.Message != "" {
		return &f
	}
	return fault.New(failed.ErrorType, "%s", failed.ErrorMessage)
}

// refused is an answer of the API that is no success.
func refused(res events.APIGatewayV2HTTPResponse) error {
	text, err := base64.StdEncoding.DecodeString(res.Body)
	if err != nil {
		return err
	}
	var body struct {
		Error *fault.Error `json:"error"`
	}
	if err := json.Unmarshal(text, &body); err != nil || body.Error == nil {
		return fault.New(fault.Internal, "answered %d", res.StatusCode)
	}
	return body.Error
}
