package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// EncodedEvent is an event as its journal entry holds it.
type EncodedEvent struct {
	Name   string
	Source string // of an event that is not in the catalog
	At     time.Time
	JSON   json.RawMessage
}

// EncodedEvents reads the key and the events of a journal entry as far as
// publishing needs: they leave as they are kept. ok is false when the item is
// not a journal entry.
func EncodedEvents(item table.Item) (key string, events []EncodedEvent, ok bool) {
	doc, err := docOf(item)
	if err != nil || !isEntry(item) || !gjson.ValidBytes(doc) {
		return "", nil, false
	}
	entry := gjson.ParseBytes(doc)
	ok = true
	entry.Get("events").ForEach(func(_, v gjson.Result) bool {
		at, err := time.Parse(time.RFC3339Nano, v.Get("at").Str)
		events = append(events, EncodedEvent{v.Get("name").Str, v.Get("source").Str, at, json.RawMessage(v.Raw)})
		ok = err == nil && v.IsObject()
		return ok
	})
	return entry.Get("key").Str, events, ok
}

func isEntry(item table.Item) bool { return strings.HasPrefix(item.Str(table.SK), journalPrefix) }

// DecodeEntry reads a journal entry, also one of a record of a declared entity.
func DecodeEntry(item table.Item) (Entry, error) {
	var e Entry
	doc, err := docOf(item)
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(doc, &e); err != nil {
		return e, fault.Wrap(err, fault.Internal, "reading journal entry %s", item.Key())
	}
	return e, nil
}

func sortEntries(all []Entry) {
	first := func(e Entry) int64 {
		if len(e.Events) == 0 {
			return 0
		}
		return e.Events[0].Seq
	}
	slices.SortStableFunc(all, func(a, b Entry) int {
		if c := cmp.Compare(first(a), first(b)); c != 0 {
			return c
		}
		return a.At.Compare(b.At)
	})
}
