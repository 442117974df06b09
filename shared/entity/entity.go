// Package entity is what a document declares beside orders: a kind of record of
// the business's own, such as a claim or a repair, with its fields, its states,
// its events and how its documents come in. statemachines/entities/README.md is
// the format, Parse its reader. No Go code knows what any of them means.
//
// A record of such an entity is two things. Its Document holds the fields as its
// sender states them; a newer version replaces it. Its Status holds what happened
// to it here: state, what flows set, what waits for a person. The status moves by
// events alone, through the declared transitions. Some events every entity has:
// those by which steps of flows tell what became of it (event.go).
//
// Policies look at a record through Record, with the types that Custom states.
package entity

import (
	"encoding/json"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
)

// Format is the version of the document that this package reads.
const Format = "1.0"

// Entity is one declared entity. It comes from Parse.
type Entity struct {
	Format      string       `json:"format"`
	ID          event.Entity `json:"id"` // "repairJob": begins the paths of its fields
	Title       string       `json:"title"`
	Description string       `json:"description,omitempty"`
	Prefix      string       `json:"prefix"`              // of its records' ids
	Mapping     string       `json:"mapping"`             // file beside the document: the sender's JSON to the fields
	ExternalID  string       `json:"externalId"`          // field that identifies a record at its sender
	Name        string       `json:"name,omitempty"`      // field by which people call a record; "": ExternalID
	UpdatedAt   string       `json:"updatedAt,omitempty"` // field that tells a newer version from an older one
	Order       string       `json:"order,omitempty"`     // field that holds the id or name of an order
	Currency    string       `json:"currency,omitempty"`  // field that holds the currency of the amounts
	Fields      []Field      `json:"fields"`
	States      []State      `json:"states"`
	Initial     Standing     `json:"initial"`
	Transitions []Transition `json:"transitions"`
	Events      []Event      `json:"events,omitempty"` // that flows raise, beside those that every entity has
}

// Field is one field of the document.
type Field struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Type      Type     `json:"type"`
	Required  bool     `json:"required,omitempty"`
	Settable  bool     `json:"settable,omitempty"`  // policies and steps can set it; what they set goes before the document's
	MaxLength int      `json:"maxLength,omitempty"` // of a text, in characters
	Minimum   *int64   `json:"minimum,omitempty"`   // of a number or an amount
	Maximum   *int64   `json:"maximum,omitempty"`
	Values    []string `json:"values,omitempty"`   // the only ones that a text can have
	MaxItems  int      `json:"maxItems,omitempty"` // of texts and lists
	Fields    []Field  `json:"fields,omitempty"`   // of an object, and of each entry of a list
}

// Type is the type of a field.
type Type string

// The types.
const (
	Text    Type = "text"
	Number  Type = "number" // whole
	Amount  Type = "amount" // decimal text, in the record's currency
	Time    Type = "time"   // RFC 3339
	Boolean Type = "boolean"
	Texts   Type = "texts"
	Object  Type = "object"
	List    Type = "list" // of objects
)

// State is a state that a record can be in; Reasons refine it. Nothing leads out
// of a final one, and no flow begins in it.
type State struct {
	Name    string   `json:"name"`
	Reasons []string `json:"reasons"`
	Final   bool     `json:"final,omitempty"`
}

// Standing is where a record stands.
type Standing struct {
	State  string `json:"state"`
	Reason string `json:"reason"`
}

// Transition says what an event does to a record in one of the states From.
// Without To the record stays where it is: the event is just possible there.
type Transition struct {
	Event  string   `json:"event"`
	From   []string `json:"from"`
	To     string   `json:"to,omitempty"`
	Reason string   `json:"reason,omitempty"`
}

// Event is one that flows raise about a record.
type Event struct {
	Name    string  `json:"name"`
	Title   string  `json:"title"`
	Payload []Value `json:"payload,omitempty"`
}

// Value is one text of an event's payload.
type Value struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// UnmarshalJSON reads the document; its error is a list of problems.
func (e *Entity) UnmarshalJSON(data []byte) error {
	parsed, problems := Parse(data)
	if err := problems.Err(); err != nil {
		return err
	}
	*e = parsed
	return nil
}

// Word is the word with which the names of the entity's events begin.
func (e *Entity) Word() string { return strings.ToUpper(string(e.ID[:1])) + string(e.ID[1:]) }

// CallName is the field by which people call a record.
func (e *Entity) CallName() string {
	if e.Name != "" {
		return e.Name
	}
	return e.ExternalID
}

// Field finds a field of the document by its id.
func (e *Entity) Field(id string) (Field, bool) { return find(e.Fields, id) }

func find(fields []Field, id string) (Field, bool) {
	for _, f := range fields {
		if f.ID == id {
			return f, true
		}
	}
	return Field{}, false
}

// State finds a state by its name.
func (e *Entity) State(name string) (State, bool) {
	for _, s := range e.States {
		if s.Name == name {
			return s, true
		}
	}
	return State{}, false
}

// MaxItems is the length of the longest list that a record can have.
func (e *Entity) MaxItems() int {
	most := 1
	for _, f := range e.Fields {
		most = max(most, f.MaxItems)
	}
	return most
}

// Cancelable reports whether a record can be canceled at all: the declaration
// says where that leads.
func (e *Entity) Cancelable() bool {
	for _, t := range e.Transitions {
		if t.Event == e.Event(Canceled) {
			return true
		}
	}
	return false
}

// Find finds a declared entity by its id.
func Find(all []Entity, id event.Entity) (*Entity, bool) {
	for i := range all {
		if all[i].ID == id {
			return &all[i], true
		}
	}
	return nil, false
}

// OfRecord finds the entity that a record's id belongs to.
func OfRecord(all []Entity, id string) (*Entity, bool) {
	prefix, _, _ := strings.Cut(id, "_")
	for i := range all {
		if all[i].Prefix == prefix {
			return &all[i], true
		}
	}
	return nil, false
}

// encode is for our own structs of texts, numbers and times, which always encode.
func encode(v any) json.RawMessage {
	data, _ := json.Marshal(v)
	return data
}
