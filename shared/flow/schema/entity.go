package schema

import (
	"github.com/invopop/jsonschema"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/flow"
)

const (
	typePattern = entity.IDPattern // "order" is one, too
	eventName   = `[A-Z][A-Za-z]{2,79}`
)

// recordType names what a document is about: an order's records, or a declared
// entity.
func recordType() *jsonschema.Schema {
	return pattern(typePattern, "of an order, or the id of a declared entity")
}

// Entity is the schema of an entity document.
func Entity() ([]byte, error) {
	s := object(
		must("format", oneOf(entity.Format)),
		must("id", pattern(entity.IDPattern, "letters and digits, a small letter first")),
		must("title", text(40)),
		may("description", anyText()),
		must("prefix", pattern(entity.PrefixPattern, "three small letters")),
		must("mapping", pattern(entity.MappingPattern, "a file beside the document")),
		must("externalId", text(0)), may("name", text(0)), may("updatedAt", text(0)), may("order", text(0)), may("currency", text(0)),
		must("fields", upTo(ref("field"), entity.MaxFields)),
		must("states", upTo(object(must("name", word()), must("reasons", list(text(0), 1)), may("final", flag())), entity.MaxStates)),
		must("initial", object(must("state", text(0)), must("reason", text(0)))),
		must("transitions", upTo(transition(), entity.MaxStates*entity.MaxEvents)),
		may("events", upTo(object(must("name", text(0)), must("title", text(0)), may("payload", upTo(object(
			must("id", pattern(entity.IDPattern, "letters and digits, a small letter first")), must("title", text(0))), entity.MaxFields))), entity.MaxEvents)),
	)
	s.Title = "Orderloom entity"
	s.Definitions = jsonschema.Definitions{"field": field(false), "innerField": field(true)}
	return write(s)
}

func transition() *jsonschema.Schema {
	s := object(must("event", text(0)), must("from", list(text(0), 1)), may("to", text(0)), may("reason", text(0)))
	s.DependentRequired = map[string][]string{"to": {"reason"}, "reason": {"to"}}
	return s
}

// field describes a field, or one of an object or a list.
func field(inside bool) *jsonschema.Schema {
	types := entity.Types(inside)
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), Required: []string{"id", "title", "type"}}
	s.Properties.Set("type", oneOf(types...))
	known := map[string]property{
		"settable": may("settable", flag()), "maxLength": may("maxLength", whole(1, entity.MaxText)), "maxItems": may("maxItems", whole(1, entity.MaxListItems)),
		"minimum": may("minimum", bound()), "maximum": may("maximum", bound()), "values": may("values", list(text(0), 1)),
		"fields": must("fields", upTo(ref("innerField"), entity.MaxFields)),
	}
	for _, t := range types {
		own := []property{must("id", pattern(entity.IDPattern, "letters and digits, a small letter first")), must("title", text(0)), must("type", anyText()), may("required", flag())}
		for _, name := range entity.Properties(t, inside) {
			own = append(own, known[name])
		}
		s.AllOf = append(s.AllOf, when(has("type", string(t)), object(own...), nil))
	}
	return s
}

func flag() *jsonschema.Schema  { return &jsonschema.Schema{Type: "boolean"} }
func bound() *jsonschema.Schema { return whole(-entity.MaxNumber, entity.MaxNumber) }

func word() *jsonschema.Schema {
	s := text(40)
	s.Not = &jsonschema.Schema{Pattern: `/|^\s|\s$`}
	return s
}

func upTo(of *jsonschema.Schema, most uint64) *jsonschema.Schema {
	s := list(of, 1)
	s.MaxItems = &most
	return s
}

// entryEvent is the event that brings a record to a flow.
func entryEvent() *jsonschema.Schema {
	return pattern("^("+flow.SubFlowEntry+"|"+eventName+")$", "OrderReceived, "+flow.SubFlowEntry+", or an event of the declared entity")
}
