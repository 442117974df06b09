package stream_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/stream"
)

// awsEvent is an event as AWS delivers it, with its 28-digit numbers.
const awsEvent = `{"Records":[
{"eventID":"c4ca4238","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-central-1",
 "dynamodb":{"ApproximateCreationDateTime":1.8E9,"Keys":{"pk":{"S":"a"},"sk":{"S":"1"}},
  "NewImage":{"pk":{"S":"a"},"sk":{"S":"1"},"n":{"N":"5"}},
  "SequenceNumber":"4421584500000000017450439091","SizeBytes":26,"StreamViewType":"NEW_IMAGE"},
 "eventSourceARN":"arn:aws:dynamodb:eu-central-1:123456789012:table/t/stream/2026-01-01T00:00:00.000"},
{"eventID":"c81e728d","eventName":"REMOVE","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-central-1",
 "dynamodb":{"ApproximateCreationDateTime":1800000000,"Keys":{"pk":{"S":"g"},"sk":{"S":"1"}},
  "SequenceNumber":"4421584500000000017450439092","SizeBytes":26,"StreamViewType":"NEW_IMAGE"},
 "userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"}},
{"eventID":"eccbc87e","eventName":"MODIFY","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-central-1",
 "dynamodb":{"ApproximateCreationDateTime":1800000001,"Keys":{"pk":{"S":"g"},"sk":{"S":"2"}},
  "NewImage":{"pk":{"S":"g"},"sk":{"S":"2"},"ttl":{"N":"1900000000"}},
  "SequenceNumber":"4421584500000000017450439093","SizeBytes":59,"StreamViewType":"NEW_IMAGE"}}]}`

func TestEventOfAWSDecodes(t *testing.T) {
	t.Parallel()
	got, err := stream.Decode([]byte(awsEvent))
	if err != nil {
		t.Fatal(err)
	}
	want := []table.Change{
		{Seq: 1, At: time.Unix(1_800_000_000, 0).UTC(), Key: table.Key{PK: "a", SK: "1"}, New: table.Item{"pk": "a", "sk": "1", "n": int64(5)}, Created: true},
		// The removal of an expired item is no change.
		{Seq: 3, At: time.Unix(1_800_000_001, 0).UTC(), Key: table.Key{PK: "g", SK: "2"}, New: table.Item{"pk": "g", "sk": "2", "ttl": int64(1_900_000_000)}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFailuresNameTheRecordsByTheirOwnNumbers(t *testing.T) {
	t.Parallel()
	changes, err := stream.Decode([]byte(awsEvent))
	if err != nil {
		t.Fatal(err)
	}
	got, err := stream.Failures([]byte(awsEvent), changes[1])
	if want := `{"batchItemFailures":[{"itemIdentifier":"4421584500000000017450439093"}]}`; err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := stream.Failures([]byte(awsEvent)); err != nil || string(got) != `{"batchItemFailures":[]}` {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := stream.Failures([]byte(awsEvent), table.Change{Seq: 99}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a change of another event: %v", err)
	}
}

func TestEncodedChangesDecodeToTheSame(t *testing.T) {
	t.Parallel()
	k := table.Key{PK: "a\x00é", SK: "1"}
	first := table.Item{"pk": k.PK, "sk": k.SK, "b": []byte{1}, "yes": true, "n": int64(-1), "s": ""}
	second := table.Item{"pk": k.PK, "sk": k.SK}
	want := []table.Change{
		{Seq: 7, At: time.Unix(1_800_000_000, 1).UTC(), Key: k, New: first, Created: true},
		{Seq: 8, At: time.Unix(1_800_000_000, 120_000_000).UTC(), Key: k, New: second},
		{Seq: 9, At: time.Unix(1_800_000_010, 0).UTC(), Key: k},
	}
	text, err := stream.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := stream.Decode(text)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got, err := stream.Failures(text, want[1]); err != nil || !strings.Contains(string(got), `"8"`) {
		t.Errorf("%s, %v", got, err)
	}
	if text, err := stream.Encode(nil); err != nil || string(text) != `{"Records":[]}` {
		t.Errorf("no changes: %s, %v", text, err)
	}
	if _, err := stream.Encode([]table.Change{{Seq: 1, Key: k, Created: true}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a change that creates nothing: %v", err)
	}
}

func TestTimesOfAnyYearArrive(t *testing.T) {
	t.Parallel()
	k := table.Key{PK: "a", SK: "1"}
	for _, at := range []time.Time{time.Unix(0, 0), time.Unix(1, 1), time.Unix(1_800_000_000, 999_999_999),
		time.Date(2262, 4, 12, 0, 0, 0, 0, time.UTC), time.Date(2318, 1, 1, 0, 0, 0, 1, time.UTC), time.Date(4999, 12, 31, 0, 0, 0, 0, time.UTC)} {
		text, err := stream.Encode([]table.Change{{Seq: 1, At: at, Key: k, New: table.Item{"pk": "a", "sk": "1"}}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := stream.Decode(text); err != nil || len(got) != 1 || !got[0].At.Equal(at) {
			t.Errorf("%v became %v, %v", at, got, err)
		}
	}
	for written, want := range map[string]time.Time{
		"1479499700.123": time.Unix(1_479_499_700, 123_000_000), "1.479499700123E9": time.Unix(1_479_499_700, 123_000_000), "1.5E0": time.Unix(1, 500_000_000),
	} {
		got, err := stream.Decode([]byte(strings.Replace(awsEvent, "1.8E9", written, 1)))
		if err != nil || !got[0].At.Equal(want) {
			t.Errorf("%s is %v, %v", written, got, err)
		}
	}
}

func TestAStreamThatShowsTheOldImageTooServes(t *testing.T) {
	t.Parallel()
	if got, err := stream.Decode([]byte(strings.ReplaceAll(awsEvent, "NEW_IMAGE", "NEW_AND_OLD_IMAGES"))); err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWrongEventsAreRefused(t *testing.T) {
	t.Parallel()
	if got, err := stream.Failures([]byte(`[`), table.Change{Seq: 1}); !fault.Is(err, fault.Invalid) {
		t.Errorf("%s, %v", got, err)
	}
	for _, c := range [][2]string{
		{`"INSERT"`, `"UPSERT"`}, {`"INSERT"`, `1`}, {`"Records":[`, `"Records":[5,`}, {`"Records":[`, `"Records":5,"x":[`}, {`"MODIFY"`, `"REMOVE"`}, {`1.8E9`, `99999999999999`}, {`1.8E9`, `1e12`},
		{`"NewImage":{"pk":{"S":"a"}`, `"NewImage":{"pk":{"S":"b"}`},
		{`NEW_IMAGE`, `KEYS_ONLY`}, {`"INSERT"`, `"REMOVE"`}, {`1.8E9`, `-1`}, {`1.8E9`, `1e300`},
		{`"Keys":{"pk":{"S":"a"},"sk":{"S":"1"}}`, `"Keys":{}`}, {`{"N":"5"}`, `{"L":[]}`}, {`{"Records":[`, `[`},
	} {
		text := strings.Replace(awsEvent, c[0], c[1], 1)
		if got, err := stream.Decode([]byte(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s for %s: %v, %v", c[1], c[0], got, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(awsEvent))
	f.Add([]byte(strings.Replace(awsEvent, "1.8E9", "99999999999", 1)))
	f.Fuzz(func(t *testing.T, text []byte) {
		changes, err := stream.Decode(text)
		if err != nil {
			return
		}
		again, err := stream.Encode(changes)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := stream.Decode(again); err != nil || len(back) != len(changes) {
			t.Errorf("%d changes became %d, %v", len(changes), len(back), err)
		}
	})
}
