package event

import (
	"encoding/json"
	"regexp"
	"slices"

	"github.com/orderloom/orderloom/shared/fault"
)

// customName is how an event of the business's own is called: a past participle.
var customName = regexp.MustCompile(`^[A-Z][A-Za-z]{2,59}ed$`)

// ParseCustom reads the declaration of an event that is raised beside those of
// the catalog: {"name": "ResellerOrderAccepted", "title": "…"}. It happens to an
// order or, as "entity" says, to a line or fulfillment order of one; "payload" is
// the JSON Schema of what comes with it; with "external" outside systems may put
// it in, and then it has a payload.
func ParseCustom(data []byte) (Definition, error) {
	var d struct {
		Name     string          `json:"name"`
		Title    string          `json:"title"`
		Entity   Entity          `json:"entity"`
		External bool            `json:"external"`
		Payload  json.RawMessage `json:"payload"`
	}
	if err := decodeStrict(data, &d); err != nil {
		return Definition{}, fault.Wrap(err, fault.Invalid, "reading the declaration of an event").Do("It has name, title and, if need be, entity, external and payload")
	}
	if d.Entity == "" {
		d.Entity = Order
	}
	out := Definition{Name: d.Name, Title: d.Title, Entity: d.Entity, Source: OrdersSource, External: d.External}
	if d.Payload != nil {
		var err error
		if out.Payload, err = ParseSchema(d.Payload); err != nil {
			return Definition{}, err
		}
	}
	if err := out.Check(); err != nil {
		return Definition{}, err
	}
	return out, nil
}

// Check reports what is wrong with the definition of an event beside the catalog,
// a provider's or the business's own.
func (d Definition) Check() error {
	_, taken := Lookup(d.Name)
	switch {
	case !customName.MatchString(d.Name):
		return fault.New(fault.Invalid, "an event's name is a record and what happened to it, without blanks").On(d.Name, "name").Do("Name it e.g. ResellerOrderAccepted")
	case taken:
		return fault.New(fault.Conflict, "Orderloom itself raises an event of that name").On(d.Name, "name").Do("Choose another name")
	case d.Title == "":
		return fault.New(fault.Invalid, "an event has a title that people read").On(d.Name, "title")
	case !slices.Contains([]Entity{Order, Line, FulfillmentOrder}, d.Entity):
		return fault.New(fault.Invalid, "an event happens to an order, a line or a fulfillmentOrder").On(d.Name, "entity").Got(d.Entity)
	case d.External && d.Payload == "":
		return fault.New(fault.Invalid, "what outside systems put in is checked against a schema").On(d.Name, "payload").Do(`Describe the payload, e.g. {"type": "object"}`)
	}
	return nil
}
