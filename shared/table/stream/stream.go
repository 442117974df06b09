// Package stream converts between table changes and the event with which
// DynamoDB Streams invokes a Lambda function (StreamViewType NEW_IMAGE). The local
// host encodes the changes of its own table, so that a stream consumer is the
// same function in both places. It needs no AWS SDK.
package stream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/attrjson"
)

// view is what records hold beside keys; a stream that shows the old image too
// serves as well.
const view, wider = "NEW_IMAGE", "NEW_AND_OLD_IMAGES"

// Encode returns the event that delivers these changes. It writes by hand: every
// change of the table passes here on its way to the functions that follow it.
func Encode(changes []table.Change) ([]byte, error) {
	size := 16
	for _, c := range changes { // what a record says beside its item, and binary as base64
		size += 512 + 4*table.Size(c.New)/3
	}
	out := append(make([]byte, 0, size), `{"Records":[`...)
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
	records, err := parse(text)
	if err != nil {
		return nil, err
	}
	seqs := sequences(records)
	var changes []table.Change
	for i, r := range records {
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
	records, err := parse(text)
	if err != nil {
		return nil, err
	}
	numbers := map[int64]string{}
	for i, seq := range sequences(records) {
		numbers[seq] = records[i].sequence
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

// appendTime keeps nanoseconds, which a float would lose.
func appendTime(out []byte, t time.Time) []byte {
	out = fmt.Appendf(out, "%d.%09d", t.Unix(), t.Nanosecond())
	return bytes.TrimRight(bytes.TrimRight(out, "0"), ".")
}
