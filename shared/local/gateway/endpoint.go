package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/fn"
)

// endpoint serves one route.
type endpoint struct {
	*gateway
	route Route
	names []string // of path parameters
	key   string   // route key
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
			return
		}
		refuse(w, http.StatusBadRequest, "Bad Request")
		return
	}
	payload, err := json.Marshal(e.request(r, body))
	if err != nil {
		e.fail(w, "encoding a request", err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), maxWait)
	defer cancel()
	out, failure := e.opts.Functions.Invoke(ctx, e.route.Function, payload)
	if failure != nil {
		e.failed(ctx, w, failure)
		return
	}
	res, err := response(out)
	if err != nil {
		e.fail(w, "a function's response is not one of an HTTP API", err)
		return
	}
	write(w, res)
}

// failed answers for a function that did not. Why is for the log alone.
func (e *endpoint) failed(ctx context.Context, w http.ResponseWriter, failure *fn.LambdaError) {
	if strings.HasPrefix(failure.ErrorType, "Lambda.RequestTooLarge") {
		refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	e.opts.Log.Error("a function failed behind a route", "route", e.key, "function", e.route.Function, "type", failure.ErrorType, "error", failure.ErrorMessage)
	if ctx.Err() != nil || failure.ErrorType == "Sandbox.Timedout" {
		refuse(w, http.StatusServiceUnavailable, "Service Unavailable")
		return
	}
	refuse(w, http.StatusInternalServerError, "Internal Server Error")
}

func (e *endpoint) fail(w http.ResponseWriter, what string, err error) {
	e.opts.Log.Error(what, "route", e.key, "function", e.route.Function, "error", err)
	refuse(w, http.StatusInternalServerError, "Internal Server Error")
}

// answer is a function's response with its body decoded.
type answer struct {
	events.APIGatewayV2HTTPResponse
	body []byte
}

// response reads what a function returned. Without a status code the whole
// result is the body, as on AWS.
func response(out []byte) (answer, error) {
	if !gjson.ValidBytes(out) {
		return answer{}, errors.New("not JSON")
	}
	if gjson.GetBytes(out, "statusCode").Type != gjson.Number {
		return answer{events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK,
			Headers: map[string]string{"content-type": "application/json"}}, out}, nil
	}
	var a answer
	if err := json.Unmarshal(out, &a.APIGatewayV2HTTPResponse); err != nil {
		return answer{}, err
	}
	if a.StatusCode < 200 || a.StatusCode > 599 {
		return answer{}, errors.New("its status code is out of range")
	}
	a.body = []byte(a.Body)
	if a.IsBase64Encoded {
		var err error
		if a.body, err = base64.StdEncoding.DecodeString(a.Body); err != nil {
			return answer{}, err
		}
	}
	return a, nil
}

func write(w http.ResponseWriter, a answer) {
	header := w.Header()
	for name, value := range a.Headers {
		header.Set(name, value)
	}
	for _, cookie := range a.Cookies {
		header.Add("Set-Cookie", cookie)
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "text/plain; charset=utf-8") // never guessed from what is in it
	}
	w.WriteHeader(a.StatusCode)
	_, _ = w.Write(a.body) // a client that has gone needs no answer
}

// refuse answers as API Gateway does.
func refuse(w http.ResponseWriter, status int, message string) {
	text, _ := json.Marshal(map[string]string{"message": message}) // two texts always encode
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}
