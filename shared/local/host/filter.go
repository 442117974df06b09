package host

import (
	"strconv"

	"github.com/orderloom/orderloom/shared/local/bus"
	"github.com/orderloom/orderloom/shared/local/template"
	"github.com/orderloom/orderloom/shared/table"
)

// filter is the event filter of a stream; without one all changes pass.
func (h *Host) filter(f template.Function) func(table.Change) bool {
	var patterns []*bus.Pattern
	for _, text := range f.Stream.Filters {
		p, err := bus.ParsePattern(text)
		if err != nil {
			h.opts.Log.Warn("a stream's filter is not understood here; the function gets every change", "function", f.Name, "error", err)
			return nil
		}
		patterns = append(patterns, p)
	}
	if len(patterns) == 0 {
		return nil
	}
	return func(c table.Change) bool {
		for _, p := range patterns {
			if p.Match(record(c)) {
				return true
			}
		}
		return false
	}
}

// record is as much of a stream record as filters look at. Every write of the
// table is shown to them: nothing is built that they do not ask for.
type record table.Change

func (r record) Field(name string) (any, bool) {
	switch name {
	case "eventName":
		switch {
		case r.Created:
			return "INSERT", true
		case r.New == nil:
			return "REMOVE", true
		}
		return "MODIFY", true
	case "dynamodb":
		return images(r), true
	}
	return nil, false
}

// images are the parts of a record.
type images table.Change

func (i images) Field(name string) (any, bool) {
	switch name {
	case "Keys":
		return key(i.Key), true
	case "NewImage":
		return attributes(i.New), i.New != nil
	}
	return nil, false
}

type key table.Key

func (k key) Field(name string) (any, bool) {
	switch name {
	case table.PK:
		return attribute{k.PK}, true
	case table.SK:
		return attribute{k.SK}, true
	}
	return nil, false
}

// attributes are those of an item.
type attributes table.Item

func (a attributes) Field(name string) (any, bool) {
	v, present := a[name]
	return attribute{v}, present
}

// attribute is a value as DynamoDB writes it, {"S": "text"}.
type attribute struct{ value any }

func (a attribute) Field(kind string) (any, bool) {
	switch v := a.value.(type) {
	case string:
		return v, kind == "S"
	case int64:
		return strconv.FormatInt(v, 10), kind == "N"
	}
	return nil, false
}
