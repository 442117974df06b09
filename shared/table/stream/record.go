package stream

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/attrjson"
)

// record is as much of a stream record as a change is made of.
type record struct {
	name      string // eventName
	at        string // seconds since 1970, as they are written
	keys, new attrjson.Item
	sequence  string
	view      string // StreamViewType
	byType    string // userIdentity: set on items that DynamoDB deleted because they expired
	byName    string
}

// sequences numbers the records: all by their own numbers, or all by position.
func sequences(records []record) []int64 {
	own, position := make([]int64, len(records)), make([]int64, len(records))
	fit := true
	for i, r := range records {
		var err error
		own[i], err = strconv.ParseInt(r.sequence, 10, 64)
		fit = fit && err == nil
		position[i] = int64(i) + 1
	}
	if fit {
		return own
	}
	return position
}

func (r record) decode() (table.Change, error) {
	keys := table.Item(r.keys)
	c := table.Change{Key: keys.Key(), New: table.Item(r.new), Created: r.name == "INSERT"}
	bad := func(field, why string, got any) *fault.Error {
		return fault.New(fault.Invalid, "stream record: %s", why).On(c.Key.String(), field).Got(got)
	}
	if err := table.ValidateKey(c.Key); err != nil {
		return c, err
	}
	if r.view != view && r.view != wider {
		return c, bad("StreamViewType", "the stream must have "+view, r.view).Do("Set the table's StreamViewType")
	}
	if !agrees(r.name, c) {
		return c, bad("eventName", "the image does not agree with the event", r.name)
	}
	var ok bool
	if c.At, ok = parseTime(r.at); !ok {
		return c, bad("ApproximateCreationDateTime", "not a time", r.at)
	}
	c.New = table.Live(c.New, c.At)
	return c, nil
}

// expired says that DynamoDB only removed what had expired.
func (r record) expired() bool { return r.byType == "Service" && r.byName == "dynamodb.amazonaws.com" }

func agrees(name string, c table.Change) bool {
	switch name {
	case "INSERT", "MODIFY":
		return c.New != nil && c.New.Key() == c.Key
	case "REMOVE":
		return c.New == nil
	}
	return false
}

// lastSecond bounds times to the year 5138.
const lastSecond = 1e11

func parseTime(n string) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(n, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err == nil && len(fraction) <= 9 {
		nanos, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
		if err == nil && seconds >= 0 && seconds <= lastSecond {
			return time.Unix(seconds, nanos).UTC(), true
		}
	}
	f, err := strconv.ParseFloat(n, 64) // 1.4794997E9
	if err != nil || f < 0 || f > lastSecond {
		return time.Time{}, false
	}
	seconds = int64(f)
	return time.Unix(seconds, int64(math.Round((f-float64(seconds))*1e6))*1e3).UTC(), true
}
