package fn

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
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
// fault becomes a JSON body that says why, with the status of its code. An
// internal error is shown to nobody and goes to log, unless that is nil because
// the function writes its own.
func HTTP(log *slog.Logger, f func(context.Context, Request) (Response, error)) Handler {
	return func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		var in httpEvent
		if err := json.Unmarshal(input, &in); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "input is not an HTTP API request")
		}
		req, err := request(in)
		var res Response
		if err == nil {
			res, err = f(ctx, req)
		}
		if err != nil {
			logInternal(ctx, log, req, err)
			res = errorResponse(req, err)
		}
		return json.Marshal(events.APIGatewayV2HTTPResponse{
			StatusCode: res.Status, Headers: res.Header,
			Body: base64.StdEncoding.EncodeToString(res.Body), IsBase64Encoded: true,
		})
	}
}

// logInternal keeps what the caller is not shown.
func logInternal(ctx context.Context, log *slog.Logger, req Request, err error) {
	if log != nil && fault.Code(err) == fault.Internal {
		log.ErrorContext(ctx, "a request failed", "method", req.Method, "path", req.Path, "error", err)
	}
}

// httpEvent is as much of events.APIGatewayV2HTTPRequest as a function sees.
type httpEvent struct {
	Path    string            `json:"rawPath"`
	Header  map[string]string `json:"headers"`
	Query   map[string]string `json:"queryStringParameters"`
	Params  map[string]string `json:"pathParameters"`
	Context struct {
		HTTP struct {
			Method string `json:"method"`
		} `json:"http"`
	} `json:"requestContext"`
	Body   string `json:"body"`
	Base64 bool   `json:"isBase64Encoded"`
}

func request(in httpEvent) (Request, error) {
	body := []byte(in.Body)
	if in.Base64 {
		var err error
		if body, err = base64.StdEncoding.DecodeString(in.Body); err != nil {
			return Request{}, fault.Wrap(err, fault.Invalid, "body is not base64")
		}
	}
	header := make(map[string]string, len(in.Header))
	for k, v := range in.Header {
		header[strings.ToLower(k)] = v
	}
	return Request{
		Method: in.Context.HTTP.Method, Path: in.Path, Params: in.Params,
		Query: in.Query, Header: header, Body: body,
	}, nil
}

// errorResponse shows a fault to the caller; an internal error shows only that
// it happened, the details are in the log.
func errorResponse(req Request, err error) Response {
	f := asFault(err)
	if code := fault.Code(err); f == nil || code == fault.Internal {
		f = fault.New(code, "internal error; see the function's log")
	}
	if fromPerson(req) {
		return errorPage(f)
	}
	res, err := JSON(Status(f.Code), map[string]any{"error": f})
	if err != nil { // only Data can be what JSON does not have
		plain := *f
		plain.Data = nil
		res, _ = JSON(Status(f.Code), map[string]any{"error": &plain})
	}
	return res
}

// errorPage is what a person sees whose button did not work.
func errorPage(f *fault.Error) Response {
	const page = "<!doctype html>\n<title>%s</title>\n<p>%s</p>\n<p>%s</p>\n<p><a href=\"/\">Orders</a></p>\n"
	return Response{Status: Status(f.Code), Header: map[string]string{
		"content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'; frame-ancestors 'none'", "x-content-type-options": "nosniff",
	}, Body: fmt.Appendf(nil, page, html.EscapeString(f.Code), html.EscapeString(f.Message), html.EscapeString(f.Hint))}
}

// fromPerson reports whether a browser asks for a page, or sent a page's form.
func fromPerson(req Request) bool { return strings.Contains(req.Header["accept"], "text/html") }

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
	case fault.Conflict, fault.NotTransitable, fault.OrderCanceled, fault.OrderChanged:
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
	if fromPerson(req) {
		return Response{Status: http.StatusSeeOther, Header: map[string]string{"location": page}}, nil
	}
	return JSON(status, v)
}
