package world

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/orderloom/orderloom/shared/awsenv/busenv"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/host"
)

// PutEvent puts an event on the world's bus as an outside system does.
func (w *World) PutEvent(ctx context.Context, name string, r event.Report) error {
	return PutEvent(ctx, w.client, w.Host.AWSURL(), w.opts.Clock.Now(), name, r)
}

// PutEvent puts an event of an outside system on the bus of a local Orderloom, over
// the wire.
func PutEvent(ctx context.Context, client *http.Client, awsURL string, at time.Time, name string, r event.Report) error {
	detail, err := json.Marshal(r)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "encoding the detail of %s", name)
	}
	cfg := aws.Config{Region: host.Region, BaseEndpoint: aws.String(awsURL), Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), HTTPClient: client}
	failed, err := busenv.New(eventbridge.NewFromConfig(cfg), host.Stack).Put(ctx, []fn.BusEntry{{Source: event.ExternalSource, DetailType: name, Detail: detail, At: at}})
	if err == nil && len(failed) > 0 {
		err = fault.New(fault.Unavailable, "the bus did not take %s", name)
	}
	return err
}
