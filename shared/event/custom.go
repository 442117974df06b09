package event

import (
	"bytes"
	"encoding/json"
	"regexp"

	"github.com/orderloom/orderloom/shared/fault"
)

// customName is how an event of the business's own is called: a past participle.
var customName = regexp.MustCompile(`^[A-Z][A-Za-z]{2,59}ed$`)

// ParseCustom reads the declaration of an event that flows raise beside those of
// the catalog: {"name": "ResellerOrderAccepted", "title": "…"}. It happens to an
// order.
func ParseCustom(data []byte) (Definition, error) {
	var d struct {
		Name  string `json:"name"`
		Title string `json:"title"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return Definition{}, fault.Wrap(err, fault.Invalid, "reading the declaration of an event").Do("It has name and title")
	}
	_, taken := Lookup(d.Name)
	switch {
	case !customName.MatchString(d.Name):
		return Definition{}, fault.New(fault.Invalid, "an event's name is a record and what happened to it, without blanks").On(d.Name, "name").Do("Name it e.g. ResellerOrderAccepted")
	case taken:
		return Definition{}, fault.New(fault.Conflict, "Orderloom itself raises an event of that name").On(d.Name, "name").Do("Choose another name")
	case d.Title == "":
		return Definition{}, fault.New(fault.Invalid, "an event has a title that people read").On(d.Name, "title")
	}
	return Definition{Name: d.Name, Title: d.Title, Entity: Order, Source: "orderloom.orders"}, nil
}
