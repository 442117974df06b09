package console

import (
	"slices"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
)

// EventRow is one line of the catalog of events: all but the schemas.
type EventRow struct {
	Name     string       `json:"name"`
	Title    string       `json:"title"`
	Entity   string       `json:"entity"`
	Source   string       `json:"source"`
	External bool         `json:"external,omitempty"`
	RaisedBy []flow.Party `json:"raisedBy"`
	HeardBy  []flow.Party `json:"heardBy"`
}

// eventList answers with every event, or with one and its schemas.
func eventList(name string) (fn.Response, error) {
	all, err := flow.LoadEvents()
	if err != nil {
		return fn.Response{}, err
	}
	if name != "" {
		i := slices.IndexFunc(all, func(e flow.EventEntry) bool { return e.Name == name })
		if i < 0 {
			return fn.Response{}, fault.New(fault.NotFound, "no event %q", name)
		}
		return fn.JSON(200, all[i])
	}
	rows := make([]EventRow, len(all))
	for i, e := range all {
		rows[i] = EventRow{e.Name, e.Title, string(e.Entity), e.Source, e.External, listOf(e.RaisedBy), listOf(e.HeardBy)}
	}
	return fn.JSON(200, map[string]any{"events": rows})
}
