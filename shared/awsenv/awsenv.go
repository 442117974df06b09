// Package awsenv runs a declared function as a Lambda function. A main names
// the function and what it needs of the outside world:
//
//	func main() { awsenv.Start(orders.Publish, storeenv.Records, busenv.Bus) }
//
// Each need is a package below this one that links one AWS client, so that a
// binary holds only the clients it uses.
package awsenv

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/oklog/ulid/v2"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fn"
)

// Need fills a part of the outside world.
type Need func(Env, *fn.Deps) error

// Start answers the invocations of f and does not return.
func Start(f fn.Function, needs ...Need) {
	env := process()
	d, err := deps(env, needs)
	if err != nil {
		d.Log.Error("the function cannot start; every invocation answers so", "function", f.ID, "error", err)
		lambda.Start(runtime{refuse(err)})
		return
	}
	lambda.Start(runtime{f.New(d)})
}

// deps builds what every function has, then what this one needs.
func deps(env Env, needs []Need) (fn.Deps, error) {
	d := fn.Deps{
		HTTP: client(), Clock: clock.System{}, NewID: newID, Setting: env.Lookup,
		Log: slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level(env)})),
	}
	for _, need := range needs {
		if err := need(env, &d); err != nil {
			return d, err
		}
	}
	return d, nil
}

// refuse answers with what is wrong instead of leaving only "exit status 1":
// the state machine shows it and a person can mend it.
func refuse(err error) fn.Handler {
	return func(context.Context, json.RawMessage) (json.RawMessage, error) { return nil, err }
}

// runtime hands the JSON of invocations on as it is. lambda.Start knows the
// method by its signature.
type runtime struct{ handle fn.Handler }

// Invoke implements lambda.Handler. The code of a fault becomes the error's
// type, which Retry and Catch match.
func (r runtime) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	out, err := r.handle(ctx, payload)
	if err != nil {
		failed := fn.Failed(err)
		return nil, messages.InvokeResponse_Error{Type: failed.ErrorType, Message: failed.ErrorMessage}
	}
	return out, nil
}

// newID is a ULID: ids sort by time and no two functions make the same.
func newID(prefix string) string {
	return prefix + "_" + ulid.MustNew(ulid.Timestamp(time.Now()), rand.Reader).String()
}

// Timeouts of one request to an outside service. The shortest function that
// makes one has 30 seconds: a fault must have time to be reported.
const (
	connectTimeout = 3 * time.Second
	requestTimeout = 20 * time.Second
)

func client() *http.Client {
	return &http.Client{Timeout: requestTimeout, CheckRedirect: fn.StayOnHost, Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   connectTimeout,
		ResponseHeaderTimeout: requestTimeout,
		IdleConnTimeout:       time.Minute, // a frozen function finds its connections closed
		MaxIdleConnsPerHost:   8,
		ForceAttemptHTTP2:     true,
	}}
}

// level follows the log level that is set on the function.
func level(env Env) slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(env.Lookup("AWS_LAMBDA_LOG_LEVEL"))); err != nil {
		return slog.LevelInfo
	}
	return l
}
