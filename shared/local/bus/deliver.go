package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// Outcome is what became of one entry, as PutEvents reports it: an id, or an
// error.
type Outcome struct {
	EventID      string `json:"EventId,omitempty"`
	ErrorCode    string `json:"ErrorCode,omitempty"`
	ErrorMessage string `json:"ErrorMessage,omitempty"`
}

// envelope is an event as targets get it.
type envelope struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       string          `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// Deliver puts entries and tells what became of each, in their order. An error
// is for the call as a whole; then nothing was put.
func (b *Bus) Deliver(ctx context.Context, entries []fn.BusEntry) ([]Outcome, error) {
	if err := checkCall(entries); err != nil {
		return nil, err
	}
	b.running.Add(int64(len(entries)))
	outcomes := make([]Outcome, len(entries))
	var wg sync.WaitGroup
	for i, e := range entries {
		wg.Go(func() {
			defer b.running.Add(-1)
			outcomes[i] = b.deliver(ctx, e)
		})
	}
	wg.Wait()
	return outcomes, nil
}

func checkCall(entries []fn.BusEntry) error {
	if len(entries) == 0 || len(entries) > MaxEntries {
		return fault.New(fault.Invalid, "a call puts 1 to %d events, not %d", MaxEntries, len(entries))
	}
	total := 0
	for _, e := range entries {
		total += size(e)
	}
	if total > MaxBytes {
		return fault.New(fault.TooLarge, "the events of one call have %d bytes, %d are allowed", total, MaxBytes)
	}
	return nil
}

// size counts an entry as EventBridge does: 14 bytes for its time, and its texts.
func size(e fn.BusEntry) int {
	n := len(e.Source) + len(e.DetailType) + len(e.Detail)
	if !e.At.IsZero() {
		n += 14
	}
	return n
}

func (b *Bus) deliver(ctx context.Context, e fn.BusEntry) Outcome {
	if problem := check(e); problem.ErrorCode != "" {
		return problem
	}
	id := b.opts.NewID()
	event, err := b.envelope(id, e)
	if err != nil {
		return Outcome{ErrorCode: "MalformedDetail", ErrorMessage: err.Error()}
	}
	b.tapped(event)
	value, err := b.visible(event)
	if err != nil {
		return Outcome{ErrorCode: "MalformedDetail", ErrorMessage: err.Error()}
	}
	if err := b.fanOut(ctx, value, event); err != nil {
		return Outcome{ErrorCode: "InternalFailure", ErrorMessage: err.Error()}
	}
	return Outcome{EventID: id}
}

// visible is as much of an event as the rules look at: reading the detail of
// every event would cost more than delivering it.
func (b *Bus) visible(event []byte) (map[string]any, error) {
	if b.detail {
		return decode(event)
	}
	value := map[string]any{}
	gjson.ParseBytes(event).ForEach(func(name, v gjson.Result) bool {
		if v.Type == gjson.String {
			value[name.Str] = v.Str
		}
		return true
	})
	return value, nil
}

func check(e fn.BusEntry) Outcome {
	switch {
	case e.Source == "":
		return Outcome{ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Source is not valid. Reason: Source is a required argument."}
	case e.DetailType == "":
		return Outcome{ErrorCode: "InvalidArgument", ErrorMessage: "Parameter DetailType is not valid. Reason: DetailType is a required argument."}
	case !isObject(e.Detail):
		return Outcome{ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed."}
	}
	return Outcome{}
}

func isObject(detail []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(detail, " \t\r\n"), []byte("{")) && gjson.ValidBytes(detail)
}

func (b *Bus) envelope(id string, e fn.BusEntry) ([]byte, error) {
	at := e.At
	if at.IsZero() {
		at = b.opts.Clock.Now()
	}
	return json.Marshal(envelope{
		Version: "0", ID: id, DetailType: e.DetailType, Source: e.Source, Account: b.opts.Account,
		Time: at.UTC().Format(time.RFC3339), Region: b.opts.Region, Resources: []string{}, Detail: e.Detail,
	})
}

func (b *Bus) tapped(event []byte) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, f := range b.taps {
		f(event)
	}
}

// fanOut brings an event to all targets at once and returns the first failure
// after every target was tried.
func (b *Bus) fanOut(ctx context.Context, value map[string]any, event []byte) error {
	var targets []Target
	for _, r := range b.rules {
		if r.pattern.Match(Object(value)) {
			targets = append(targets, r.Targets...)
		}
	}
	if len(targets) == 1 {
		return targets[0].failed(b.attempt(ctx, targets[0], event))
	}
	failures := make([]error, len(targets))
	var wg sync.WaitGroup
	for i, t := range targets {
		wg.Go(func() { failures[i] = b.attempt(ctx, t, event) })
	}
	wg.Wait()
	for i, err := range failures {
		if err != nil {
			return targets[i].failed(err)
		}
	}
	return nil
}

// failed names the target in its error, if there is one.
func (t Target) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("target %s: %w", t.ID, err)
}

// attempt tries one target, again after each backoff.
func (b *Bus) attempt(ctx context.Context, t Target, event []byte) error {
	for try := 0; ; try++ {
		err := t.Deliver(ctx, event)
		if err == nil {
			return nil
		}
		if try == len(b.opts.Backoff) {
			b.opts.Log.Warn("an event was not taken; its outbox record stays pending", "target", t.ID, "error", err)
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(b.opts.Backoff[try]):
		}
	}
}
