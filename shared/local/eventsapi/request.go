package eventsapi

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/bus"
)

// entry is an entry of a request, its texts still where they stand there: the
// detail of every event passes here.
type entry struct {
	source, detailType, bus string

	detail gjson.Result // JSON in a text; from a state machine also an object
	time   gjson.Result // seconds since 1970; from a state machine also RFC 3339
}

// manyBrackets is more than gjson, which calls itself for each level, may have
// to follow; encoding/json stops at that depth.
const manyBrackets = 10_000

// parse reads a request's entries.
func parse(body []byte) (entries []entry, err error) {
	if brackets := bytes.Count(body, []byte{'['}) + bytes.Count(body, []byte{'{'}); brackets > manyBrackets && !json.Valid(body) || !gjson.ValidBytes(body) {
		return nil, fault.New(fault.Invalid, "not a PutEvents request: not JSON")
	}
	all := gjson.GetBytes(body, "Entries")
	if !all.IsArray() {
		return nil, fault.New(fault.Invalid, "not a PutEvents request: Entries is no list")
	}
	all.ForEach(func(_, v gjson.Result) bool {
		var e entry
		err = e.parse(v)
		entries = append(entries, e)
		return err == nil
	})
	return entries, err
}

func (e *entry) parse(v gjson.Result) (err error) {
	if !v.IsObject() {
		return fault.New(fault.Invalid, "not a PutEvents request: an entry is no object").Got(v.Raw)
	}
	v.ForEach(func(name, v gjson.Result) bool {
		switch name.Str {
		case "Source":
			e.source, err = text(name.Str, v)
		case "DetailType":
			e.detailType, err = text(name.Str, v)
		case "EventBusName":
			e.bus, err = text(name.Str, v)
		case "Detail":
			e.detail = v
		case "Time":
			e.time = v
		}
		return err == nil
	})
	return err
}

func text(name string, v gjson.Result) (string, error) {
	if v.Type != gjson.String && v.Type != gjson.Null {
		return "", fault.New(fault.Invalid, "not a PutEvents request: not a text").On("", name).Got(v.Raw)
	}
	return strings.ToValidUTF8(v.Str, "\uFFFD"), nil
}

// read checks what only this protocol knows; the bus checks the rest.
func (e entry) read() (fn.BusEntry, bus.Outcome) {
	if strings.HasPrefix(e.source, "aws.") {
		return fn.BusEntry{}, bus.Outcome{ErrorCode: forbidden, ErrorMessage: "Not authorized for the source."}
	}
	at, ok := instant(e.time)
	if !ok {
		return fn.BusEntry{}, bus.Outcome{ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Time is not valid."}
	}
	detail := e.detail.Raw
	if e.detail.Type == gjson.String {
		detail = e.detail.Str
	}
	return fn.BusEntry{Source: e.source, DetailType: e.detailType, Detail: json.RawMessage(detail), At: at}, bus.Outcome{}
}

func instant(v gjson.Result) (at time.Time, ok bool) {
	switch v.Type {
	case gjson.Null:
		return at, true
	case gjson.Number:
		return time.UnixMilli(int64(v.Num * 1000)).UTC(), v.Num >= 0 && v.Num < 1e11
	}
	err := json.Unmarshal([]byte(v.Raw), &at)
	return at.UTC(), err == nil
}
