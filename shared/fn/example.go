package fn

import (
	"github.com/aws/aws-lambda-go/events"
)

// ExampleRequest is an example input of a function with HTTP routes.
func ExampleRequest(method, path string, params map[string]string, body string) events.APIGatewayV2HTTPRequest {
	r := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RawPath: path, PathParameters: params, Body: body,
		Headers: map[string]string{"content-type": "application/json"},
	}
	r.RequestContext.HTTP.Method, r.RequestContext.HTTP.Path = method, path
	return r
}
