package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

// Schemas of events are in JSON Schema draft 4, which EventBridge's registry takes,
// and use only what later drafts and OpenAPI 3 read alike.
const draft4 = "http://json-schema.org/draft-04/schema#"

type object = map[string]any

// payloadSchema describes the type of a payload.
func payloadSchema(zero any) (event.Schema, error) {
	text, err := schema(zero)
	if err != nil {
		return "", err
	}
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		return "", err
	}
	out, err := json.Marshal(plain(doc, false))
	return event.Schema(out), err
}

// plain writes a schema in the words of draft 4: there, a schema is an object, and
// additionalProperties may be true.
func plain(v any, properties bool) any {
	switch v := v.(type) {
	case bool:
		return object{} // any value
	case object:
		out := object{}
		for key, value := range v {
			switch {
			case properties:
				out[key] = plain(value, false)
			case key == "properties" || key == "patternProperties":
				out[key] = plain(value, true)
			case key == "items":
				out[key] = plain(value, false)
			case key == "additionalProperties":
				if m, ok := value.(object); ok {
					value = plain(m, false)
				}
				out[key] = value
			case key == "contentEncoding" || key == "$schema" || key == "$id":
			default:
				out[key] = value
			}
		}
		return out
	}
	return v
}

// detailSchema describes the detail of an event on the bus.
func detailSchema(d event.Definition) (json.RawMessage, error) {
	doc := object{"$schema": draft4, "title": d.Title, "type": "object"}
	if d.Name == event.MessageReceived { // it is no event of a record: its detail is its payload
		if err := json.Unmarshal([]byte(d.Payload), &doc); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "the schema of %s", d.Name)
		}
		doc["$schema"], doc["title"] = draft4, d.Title
		return json.Marshal(doc)
	}
	text := func(description string) object { return object{"type": "string", "description": description} }
	properties := object{
		"name": object{"type": "string", "enum": []string{d.Name}}, "entity": object{"type": "string", "enum": []event.Entity{d.Entity}},
		"entityId": text("id of the record that it happened to"),
		"seq":      object{"type": "integer", "minimum": 1, "description": "ascending without gaps per order; apply by it, not by arrival"},
		"at":       object{"type": "string", "format": "date-time"},
		"step":     text("step of the flow, or binding, that caused it"),
		"journal":  text("key of the journal entry that holds a payload too large for the bus"),
		"source":   text("who raised it, of a provider's own event"),
	}
	required := []string{"name", "entity", "entityId", "seq", "at"}
	if d.Entity != event.Stock {
		properties["orderId"] = text("id of the order")
		required = append(required, "orderId")
	}
	if d.Payload != "" {
		properties["payload"] = d.Payload
	} else if !builtIn(d.Name) {
		properties["payload"] = object{"type": "object"}
	}
	doc["properties"], doc["required"], doc["additionalProperties"] = properties, required, true
	return json.Marshal(doc)
}

func builtIn(name string) bool { _, ok := event.Lookup(name); return ok }

// reportSchema describes the detail that outside systems put in.
func reportSchema(d event.Definition) (json.RawMessage, error) {
	text := func(description string) object {
		return object{"type": "string", "minLength": 1, "description": description}
	}
	properties := object{
		"id":    object{"type": "string", "minLength": 1, "maxLength": event.MaxReportID, "description": "the sender's own id of the event: the same one again is the same event"},
		"order": text("id of the order; or else"), "channel": text("its channel, with"),
		"externalId": text("the channel's id of the order, or"), "orderName": text("its name there, e.g. #1001"),
		"payload": d.Payload,
	}
	doc := object{"$schema": draft4, "title": d.Title + " (put in from outside)", "type": "object", "properties": properties, "additionalProperties": false}
	required := []string{"payload"}
	if d.Entity != event.Order {
		properties["entityId"] = text(fmt.Sprintf("id of the %s", d.Entity))
		required = append(required, "entityId")
	}
	doc["required"] = required
	doc["oneOf"] = []object{{"required": []string{"order"}}, {"required": []string{"channel", "externalId"}}, {"required": []string{"channel", "orderName"}}}
	return json.Marshal(doc)
}

// SchemaFile is one file of shared/event/schemas: the detail of an event on the bus.
type SchemaFile struct {
	Name string // source and event, as the registry of EventBridge names schemas
	Text []byte
}

// SchemaFiles lists the schemas of all events, sorted: each as it is published, and
// those that outside systems put in.
func SchemaFiles(all []flow.EventEntry) ([]SchemaFile, error) {
	var files []SchemaFile
	add := func(source, name string, text json.RawMessage) error {
		var b bytes.Buffer
		if err := json.Indent(&b, text, "", "  "); err != nil {
			return fault.Wrap(err, fault.Internal, "the schema of %s", name)
		}
		b.WriteByte('\n')
		files = append(files, SchemaFile{source + "@" + name, b.Bytes()})
		return nil
	}
	for _, e := range all {
		if err := add(e.Source, e.Name, e.Detail); err != nil {
			return nil, err
		}
		if e.PutIn != nil {
			if err := add(event.ExternalSource, e.Name, e.PutIn); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(files, func(a, b SchemaFile) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// RegistryTemplate is shared/event/schemas/template.yaml: it registers the schemas
// in EventBridge, from where code for consumers is generated.
func RegistryTemplate(files []SchemaFile) ([]byte, error) {
	var b strings.Builder
	b.WriteString(`AWSTemplateFormatVersion: "2010-09-09"
Description: The schemas of Orderloom's events in the registry of EventBridge. Written by make golden.

Parameters:
  Stack: {Type: String, Description: Name of the root stack. It is the registry's name.}

Resources:
  Registry:
    Type: AWS::EventSchemas::Registry
    Properties: {RegistryName: !Ref Stack, Description: Events of Orderloom}
`)
	for _, f := range files {
		var flat bytes.Buffer
		if err := json.Compact(&flat, f.Text); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "the schema of %s", f.Name)
		}
		source, name, _ := strings.Cut(f.Name, "@")
		id := name
		if source == event.ExternalSource {
			id = "External" + name
		}
		fmt.Fprintf(&b, `
  %s:
    Type: AWS::EventSchemas::Schema
    Properties:
      RegistryName: !GetAtt Registry.RegistryName
      SchemaName: %q
      Type: JSONSchemaDraft4
      Content: '%s'
`, id, f.Name, strings.ReplaceAll(flat.String(), "'", "''"))
	}
	return []byte(b.String()), nil
}
