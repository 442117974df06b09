// Package stream converts between table changes and the event with which
// DynamoDB Streams invokes a Lambda function (StreamViewType NEW_IMAGE). The local
// host encodes the changes of its own table, so that a stream consumer is the
// same function in both places. It needs no AWS SDK.
package stream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/attrjson"
)

type event struct {
	Records []record `json:"Records"`
}

type record struct {
	EventID      string    `json:"eventID"`
	EventName    string    `json:"eventName"`
	EventVersion string    `json:"eventVersion"`
	EventSource  string    `json:"eventSource"`
	Region       string    `json:"awsRegion"`
	Change       change    `json:"dynamodb"`
	By           *identity `json:"userIdentity,omitempty"`
}

type change struct {
	At       json.Number   `json:"ApproximateCreationDateTime"` // seconds since 1970
	Keys     attrjson.Item `json:"Keys"`
	New      attrjson.Item `json:"NewImage,omitempty"`
	Sequence string        `json:"SequenceNumber"`
	Size     int           `json:"SizeBytes"`
	View     string        `json:"StreamViewType"`
}

// identity is set on records of items that DynamoDB deleted because they expired.
type identity struct {
	Type      string `json:"type"`
	Principal string `json:"principalId"`
}

// view is what records hold beside keys; a stream that shows the old image too
// serves as well.
const view, wider = "NEW_IMAGE", "NEW_AND_OLD_IMAGES"

// Encode returns the event that delivers these changes. It writes by hand: every
// change of the table passes here on its way to the functions that follow it.
func Encode(changes []table.Change) ([]byte, error) {
	out := []byte(`{"Records":[`)
	for i, c := range changes {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = appendRecord(out, c); err != nil {
			return nil, err
		}
	}
	return append(out, "]}"...), nil
}

func appendRecord(out []byte, c table.Change) (_ []byte, err error) {
	name := "MODIFY"
	switch {
	case c.New == nil && c.Created:
		return nil, fault.New(fault.Invalid, "change %d creates nothing", c.Seq).On(c.Key.String(), "")
	case c.New == nil:
		name = "REMOVE"
	case c.Created:
		name = "INSERT"
	}
	out = append(strconv.AppendInt(append(out, `{"eventID":"`...), c.Seq, 10), `","eventName":"`...)
	out = append(append(out, name...), `","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1","dynamodb":{"ApproximateCreationDateTime":`...)
	out = append(appendTime(out, c.At), `,"Keys":`...)
	if out, err = (attrjson.Item{table.PK: c.Key.PK, table.SK: c.Key.SK}).Append(out); err != nil {
		return nil, err
	}
	if c.New != nil {
		if out, err = attrjson.Item(c.New).Append(append(out, `,"NewImage":`...)); err != nil {
			return nil, err
		}
	}
	out = strconv.AppendInt(append(out, `,"SequenceNumber":"`...), c.Seq, 10)
	out = strconv.AppendInt(append(out, `","SizeBytes":`...), int64(table.Size(c.New)), 10)
	return append(out, `,"StreamViewType":"`+view+`"}}`...), nil
}

// Decode returns the changes of an event in its order. What an item was
// after it expired is absent, as it is for readers: its removal by DynamoDB is
// no change. Seq is the sequence number where it fits; AWS's own numbers do
// not, then it counts the records of the event from 1.
func Decode(text []byte) ([]table.Change, error) {
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "not a DynamoDB stream event")
	}
	seqs := sequences(e)
	var changes []table.Change
	for i, r := range e.Records {
		c, err := r.decode()
		if err != nil {
			return nil, err
		}
		if c.New == nil && (c.Created || r.expired()) {
			continue
		}
		c.Seq = seqs[i]
		changes = append(changes, c)
	}
	return changes, nil
}

// Failures returns the answer of a Lambda function that reports which changes
// of an event are to be delivered again (ReportBatchItemFailures): the first
// one of a shard and all behind it are. None failed: an empty list.
func Failures(text []byte, failed ...table.Change) ([]byte, error) {
	if len(failed) == 0 {
		return []byte(`{"batchItemFailures":[]}`), nil
	}
	type item struct {
		ID string `json:"itemIdentifier"`
	}
	answer := struct {
		Items []item `json:"batchItemFailures"`
	}{Items: []item{}}
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "not a DynamoDB stream event")
	}
	numbers := map[int64]string{}
	for i, seq := range sequences(e) {
		numbers[seq] = e.Records[i].Change.Sequence
	}
	for _, c := range failed {
		number, ok := numbers[c.Seq]
		if !ok {
			return nil, fault.New(fault.Invalid, "change %d is not of this event", c.Seq).On(c.Key.String(), "")
		}
		answer.Items = append(answer.Items, item{number})
	}
	return json.Marshal(answer)
}

// sequences numbers the records: all by their own numbers, or all by position.
func sequences(e event) []int64 {
	own, position := make([]int64, len(e.Records)), make([]int64, len(e.Records))
	fit := true
	for i, r := range e.Records {
		var err error
		own[i], err = strconv.ParseInt(r.Change.Sequence, 10, 64)
		fit = fit && err == nil
		position[i] = int64(i) + 1
	}
	if fit {
		return own
	}
	return position
}

func (r record) decode() (table.Change, error) {
	keys := table.Item(r.Change.Keys)
	c := table.Change{Key: keys.Key(), New: table.Item(r.Change.New), Created: r.EventName == "INSERT"}
	bad := func(field, why string, got any) *fault.Error {
		return fault.New(fault.Invalid, "stream record: %s", why).On(c.Key.String(), field).Got(got)
	}
	if err := table.ValidateKey(c.Key); err != nil {
		return c, err
	}
	if r.Change.View != view && r.Change.View != wider {
		return c, bad("StreamViewType", "the stream must have "+view, r.Change.View).Do("Set the table's StreamViewType")
	}
	if !agrees(r.EventName, c) {
		return c, bad("eventName", "the image does not agree with the event", r.EventName)
	}
	var ok bool
	if c.At, ok = parseTime(r.Change.At); !ok {
		return c, bad("ApproximateCreationDateTime", "not a time", r.Change.At)
	}
	c.New = table.Live(c.New, c.At)
	return c, nil
}

// expired says that DynamoDB only removed what had expired.
func (r record) expired() bool {
	return r.By != nil && r.By.Type == "Service" && r.By.Principal == "dynamodb.amazonaws.com"
}

func agrees(name string, c table.Change) bool {
	switch name {
	case "INSERT", "MODIFY":
		return c.New != nil && c.New.Key() == c.Key
	case "REMOVE":
		return c.New == nil
	}
	return false
}

// appendTime keeps nanoseconds, which a float would lose.
func appendTime(out []byte, t time.Time) []byte {
	out = fmt.Appendf(out, "%d.%09d", t.Unix(), t.Nanosecond())
	return bytes.TrimRight(bytes.TrimRight(out, "0"), ".")
}

// lastSecond bounds times to the year 5138.
const lastSecond = 1e11

func parseTime(n json.Number) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(string(n), ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err == nil && len(fraction) <= 9 {
		nanos, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
		if err == nil && seconds >= 0 && seconds <= lastSecond {
			return time.Unix(seconds, nanos).UTC(), true
		}
	}
	f, err := n.Float64() // 1.4794997E9
	if err != nil || f < 0 || f > lastSecond {
		return time.Time{}, false
	}
	seconds = int64(f)
	return time.Unix(seconds, int64(math.Round((f-float64(seconds))*1e6))*1e3).UTC(), true
}
