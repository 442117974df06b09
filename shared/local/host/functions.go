package host

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/oklog/ulid/v2"

	"github.com/orderloom/orderloom/shared/awsenv/busenv"
	"github.com/orderloom/orderloom/shared/awsenv/statesenv"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/dynamoapi"
	"github.com/orderloom/orderloom/shared/local/eventsapi"
	"github.com/orderloom/orderloom/shared/local/gateway"
	"github.com/orderloom/orderloom/shared/local/lambda"
	"github.com/orderloom/orderloom/shared/local/lambdaapi"
	"github.com/orderloom/orderloom/shared/local/port"
	"github.com/orderloom/orderloom/shared/local/s3api"
	"github.com/orderloom/orderloom/shared/local/secretsapi"
	"github.com/orderloom/orderloom/shared/local/statesapi"
	"github.com/orderloom/orderloom/shared/order/store"
)

// role stands for the FlowRole: nobody checks it here.
const role = "arn:aws:iam::" + Account + ":role/" + Stack + "-flow"

// listenAWS opens the AWS-compatible endpoint.
func (h *Host) listenAWS(context.Context) error {
	h.invocations = lambdaapi.New(late{h}, h.opts.Log)
	services := port.New(port.Services{
		States: statesapi.New(h.engine, h.opts.Log), Table: dynamoapi.New(Stack, h.table), Bucket: s3api.New(Bucket, h.blobs),
		Events: eventsapi.New(h.deliver, h.opts.Log), Lambda: h.invocations, Secrets: secretsapi.New(h.secrets),
	})
	var err error
	h.awsURL, err = h.listen(h.opts.AWSAddr, services)
	return err
}

// cachedOrders is about two thousand orders under way, in bytes.
const cachedOrders = 4 << 20

// openFunctions makes the world that functions see, and what runs them.
func (h *Host) openFunctions(context.Context) error {
	cfg := aws.Config{Region: Region, BaseEndpoint: aws.String(h.awsURL), Credentials: aws.AnonymousCredentials{}, // the port checks no signatures
		HTTPClient: &http.Client{Transport: transport()}}
	states, err := statesenv.New(sfn.NewFromConfig(cfg), statesenv.Stack{
		Name: Stack, Prefix: "arn:aws:states:" + Region + ":" + Account + ":stateMachine:" + Stack + "-", FlowRole: role,
	})
	if err != nil {
		return err
	}
	h.deps = fn.Deps{
		Table: h.table, Blobs: h.blobs, Secrets: h.secrets, Clock: h.opts.Clock, Log: h.opts.Log,
		States: states, Bus: busenv.New(eventbridge.NewFromConfig(cfg), Stack),
		HTTP:    &http.Client{Timeout: 20 * time.Second, CheckRedirect: fn.StayOnHost, Transport: transport()},
		NewID:   h.newID,
		Setting: func(string) string { return "" },
		Orders:  store.NewCache(cachedOrders),
	}
	if h.opts.Isolate != nil {
		h.lambda, err = h.opts.Isolate(h.template, h.awsURL)
		return err
	}
	h.lambda = lambda.New(Stack, h.opts.Functions, h.deps, h.opts.Log)
	return nil
}

// newID makes a ULID in the time of the host's clock.
func (h *Host) newID(prefix string) string {
	return prefix + "_" + ulid.MustNew(ulid.Timestamp(h.opts.Clock.Now()), rand.Reader).String()
}

func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}

// listenHTTP opens the HTTP API with the routes of the templates.
func (h *Host) listenHTTP() error {
	var routes []gateway.Route
	for _, f := range h.template.Functions {
		for _, r := range f.Routes {
			routes = append(routes, gateway.Route{Route: r, Function: f.Name})
		}
	}
	handler, err := gateway.New(gateway.Options{Routes: routes, Functions: h.lambda, PublicHost: h.opts.PublicHost, Clock: h.opts.Clock, Log: h.opts.Log})
	if err != nil {
		return err
	}
	h.httpURL, err = h.listen(h.opts.HTTPAddr, handler)
	return err
}

// late is the runtime of functions before it is there: the endpoint opens
// first, because functions need its address.
type late struct{ h *Host }

func (l late) Invoke(ctx context.Context, name string, payload []byte) ([]byte, *fn.LambdaError) {
	select {
	case <-l.h.ready:
		return l.h.lambda.Invoke(ctx, name, payload)
	case <-ctx.Done():
		return nil, &fn.LambdaError{ErrorType: lambda.ErrAbandoned, ErrorMessage: ctx.Err().Error()}
	}
}

func (l late) Find(name string) (fn.Function, bool) {
	return l.h.directory.Find(name)
}
func (l late) Functions() []fn.Function { return l.h.opts.Functions }
func (l late) Stack() string            { return Stack }
func (l late) Stats() lambda.Stats      { return l.h.lambda.Stats() }
