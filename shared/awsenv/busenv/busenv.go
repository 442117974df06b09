// Package busenv gives a function the EventBridge bus of its stack.
package busenv

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// Bus is the need for the event bus.
func Bus(env awsenv.Env, d *fn.Deps) error {
	name, err := env.Need(awsenv.BusName)
	if err != nil {
		return err
	}
	cfg, err := env.Config()
	if err != nil {
		return err
	}
	d.Bus = New(eventbridge.NewFromConfig(cfg), name)
	return nil
}

// New returns the port to a bus by name or ARN.
func New(client *eventbridge.Client, bus string) fn.Bus { return port{client, aws.String(bus)} }

type port struct {
	client *eventbridge.Client
	bus    *string
}

// maxEntries is how many entries one PutEvents call takes.
const maxEntries = 10

// Put implements fn.Bus. EventBridge answers 200 also when it refuses entries:
// the refused ones are those with an error code.
func (p port) Put(ctx context.Context, entries []fn.BusEntry) ([]int, error) {
	var failed []int
	for start := 0; start < len(entries); start += maxEntries {
		bad, err := p.put(ctx, entries[start:min(start+maxEntries, len(entries))])
		if err != nil {
			return nil, err
		}
		for _, i := range bad {
			failed = append(failed, start+i)
		}
	}
	return failed, nil
}

func (p port) put(ctx context.Context, entries []fn.BusEntry) ([]int, error) {
	in := &eventbridge.PutEventsInput{}
	for _, e := range entries {
		in.Entries = append(in.Entries, types.PutEventsRequestEntry{EventBusName: p.bus, Source: aws.String(e.Source),
			DetailType: aws.String(e.DetailType), Detail: aws.String(string(e.Detail)), Time: aws.Time(e.At)})
	}
	out, err := p.client.PutEvents(ctx, in)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "the event bus does not take events").On(*p.bus, "")
	}
	if len(out.Entries) != len(entries) {
		return nil, fault.New(fault.Unavailable, "the event bus answered for %d of %d events", len(out.Entries), len(entries)).On(*p.bus, "")
	}
	var failed []int
	for i, e := range out.Entries {
		if e.ErrorCode != nil {
			failed = append(failed, i)
		}
	}
	return failed, nil
}
