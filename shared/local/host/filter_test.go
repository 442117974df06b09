package host

import (
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/orderloom/orderloom/shared/local/template"
	"github.com/orderloom/orderloom/shared/table"
)

// A filter sees a change as the stream of DynamoDB would show it.
func TestFiltersSeeWhatTheStreamShows(t *testing.T) {
	t.Parallel()
	key := table.Key{PK: "RV#1", SK: "x"}
	image := table.Item{"pk": key.PK, "sk": key.SK, "outbox": "pending", "n": int64(5)}
	created, changed, removed := table.Change{Key: key, New: image, Created: true}, table.Change{Key: key, New: image}, table.Change{Key: key}
	for _, c := range []struct {
		pattern                   string
		created, changed, removed bool
	}{
		{`{"dynamodb":{"NewImage":{"outbox":{"S":["pending"]}}}}`, true, true, false},
		{`{"dynamodb":{"NewImage":{"outbox":{"S":["done"]}}}}`, false, false, false},
		{`{"dynamodb":{"NewImage":{"n":{"N":["5"]}}}}`, true, true, false},
		{`{"dynamodb":{"NewImage":{"n":{"S":["5"]}}}}`, false, false, false},
		{`{"dynamodb":{"NewImage":{"gone":{"S":[{"exists":false}]}}}}`, true, true, true},
		{`{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"RV#"}]}}}}`, true, true, true},
		{`{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"RV#"}]}}}}`, false, false, false},
		{`{"eventName":["INSERT"]}`, true, false, false},
		{`{"eventName":["MODIFY","REMOVE"]}`, false, true, true},
	} {
		h := &Host{opts: Options{Log: slog.New(slog.DiscardHandler)}}
		wants := h.filter(template.Function{Stream: &template.Stream{Filters: []json.RawMessage{json.RawMessage(c.pattern)}}})
		if wants == nil {
			t.Fatalf("%s is not understood", c.pattern)
		}
		if wants(created) != c.created || wants(changed) != c.changed || wants(removed) != c.removed {
			t.Errorf("%s: %v %v %v", c.pattern, wants(created), wants(changed), wants(removed))
		}
	}
}
