package fn

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/orderloom/orderloom/shared/fault"
)

// Request is an HTTP request as a function sees it. Header names are
// lower-case; Body holds the raw bytes.
type Request struct {
	Method string
	Path   string
	Params map[string]string // from the route's path
	Query  map[string]string
	Header map[string]string
	Body   []byte
}

// Response is what a function answers.
type Response struct {
	Status int
	Header map[string]string
	Body   []byte
}

// JSON returns a response with v as its body.
func JSON(status int, v any) (Response, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return Response{}, fault.Wrap(err, fault.Internal, "encoding the response")
	}
	return Response{Status: status, Header: map[string]string{"content-type": "application/json"}, Body: append(body, '\n')}, nil
}

// HTTP adapts a function to API Gateway's HTTP API (payload format 2.0). A
// fault becomes a JSON body that says why, with the status of its code.
func HTTP(f func(context.Context, Request) (Response, error)) Handler {
	return func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		var in events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(input, &in); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "input is not an HTTP API request")
		}
		req, err := request(in)
		var res Response
		if err == nil {
			res, err = f(ctx, req)
		}
		if err != nil {
			res = errorResponse(err)
		}
		return json.Marshal(events.APIGatewayV2HTTPResponse{
			StatusCode: res.Status, Headers: res.Header,
			Body: base64.StdEncoding.EncodeToString(res.Body), IsBase64Encoded: true,
		})
	}
}

func request(in events.APIGatewayV2HTTPRequest) (Request, error) {
	body := []byte(in.Body)
	if in.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(in.Body); err != nil {
			return Request{}, fault.Wrap(err, fault.Invalid, "body is not base64")
		}
	}
	header := make(map[string]string, len(in.Headers))
	for k, v := range in.Headers {
		header[strings.ToLower(k)] = v
	}
	return Request{
		Method: in.RequestContext.HTTP.Method, Path: in.RawPath, Params: in.PathParameters,
		Query: in.QueryStringParameters, Header: header, Body: body,
	}, nil
}

// errorResponse shows a fault to the caller; an internal error shows only that
// it happened, the details are in the log.
func errorResponse(err error) Response {
	code := fault.Code(err)
	body := any(map[string]any{"error": fault.New(code, "internal error; see the function's log")})
	if f := asFault(err); f != nil && code != fault.Internal {
		body = map[string]any{"error": f}
	}
	res, _ := JSON(Status(code), body)
	return res
}

// Status is the HTTP status of a fault code.
func Status(code string) int {
	switch code {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.NotFound:
		return http.StatusNotFound
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Conflict, fault.NotTransitable, fault.OrderCanceled:
		return http.StatusConflict
	case fault.PolicyNotMet, fault.Refused, fault.Misconfigured, "Flow.Invalid":
		return http.StatusUnprocessableEntity
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// Done answers a command: a program gets the status and v, a person who pressed
// a button on a page goes back to that page.
func Done(req Request, status int, v any, page string) (Response, error) {
	if strings.Contains(req.Header["accept"], "text/html") {
		return Response{Status: http.StatusSeeOther, Header: map[string]string{"location": page}}, nil
	}
	return JSON(status, v)
}
