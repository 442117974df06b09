package json

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/transform"
	"github.com/orderloom/orderloom/statemachines"
)

// DocumentInput names a message, or carries a sender's document inline.
type DocumentInput struct {
	Message  string          `json:"message,omitempty"`
	Instance string          `json:"instance,omitempty"` // inline
	Body     json.RawMessage `json:"body,omitempty"`     // inline
}

// DocumentResult says what the message turned out to be.
type DocumentResult struct {
	Kind    string      `json:"kind"` // entity: a document of a declared one
	Message string      `json:"message,omitempty"`
	Body    *store.Body `json:"body,omitempty"` // what is recorded; inline only
}

// DocumentIn maps a sender's document to the fields of the instance's entity.
var DocumentIn = fn.Function{
	ID:      "json/document-in",
	Summary: "Map a sender's JSON to the fields of the entity that the instance is for",
	Input:   DocumentInput{},
	Result:  DocumentResult{},
	Failures: []fn.Failure{
		{Code: transform.MissingField, Meaning: "a field that the entity needs is missing"},
		{Code: transform.WrongType, Meaning: "a field has the wrong type, or exceeds its bounds"},
		{Code: transform.UnknownValue, Meaning: "a value has no counterpart, e.g. an unknown currency"},
		{Code: transform.UnknownFormat, Meaning: "the document is not what the mapping is for"},
		{Code: fault.Invalid, Meaning: "the document is not JSON"},
		{Code: fault.TooLarge, Meaning: "the document has too many bytes or entries"},
		{Code: fault.Misconfigured, Meaning: "the instance names no declared entity, or its mapping does not read"},
		{Code: fault.NotFound, Meaning: "no such message or instance"},
	},
	Example: DocumentInput{Message: "msg_example"},
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		entities, err := registry.Entities()
		t := transformation{d, inbox.Box{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}, entities, statemachines.Mapping}
		return fn.Task(func(ctx context.Context, in DocumentInput) (DocumentResult, error) {
			if err != nil {
				return DocumentResult{}, err
			}
			return t.run(ctx, in)
		})
	},
}

type transformation struct {
	deps     fn.Deps
	box      inbox.Box
	entities []entity.Entity
	mapping  func(*entity.Entity) (*transform.Mapping, error)
}

func (t transformation) run(ctx context.Context, in DocumentInput) (DocumentResult, error) {
	if in.Message != "" {
		m, err := t.box.Get(ctx, in.Message)
		if err != nil {
			return DocumentResult{}, err
		}
		in.Instance = m.Instance
		if in.Body, err = t.box.Body(ctx, in.Message); err != nil {
			return DocumentResult{}, err
		}
	}
	body, err := t.body(ctx, in)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Record == "" {
		f.Record = in.Message
	}
	if err != nil {
		return DocumentResult{}, err
	}
	out := DocumentResult{Kind: "entity", Message: in.Message}
	if in.Message == "" {
		out.Body = &body
		return out, nil
	}
	data, err := json.Marshal(body)
	if err != nil {
		return out, fault.Wrap(err, fault.Internal, "encoding the document")
	}
	return out, t.box.SetDocument(ctx, in.Message, data)
}

// body maps the document and checks it against the entity.
func (t transformation) body(ctx context.Context, in DocumentInput) (store.Body, error) {
	instance, err := provider.Load(ctx, t.deps.Table, in.Instance)
	if err != nil {
		return store.Body{}, err
	}
	id, err := instance.Parameter(paramEntity)
	if err != nil {
		return store.Body{}, err
	}
	e, ok := entity.Find(t.entities, event.Entity(id))
	if !ok {
		return store.Body{}, fault.New(fault.Misconfigured, "no entity %q is declared", id).On(instance.ID, "parameters."+paramEntity).Do("Declare it in statemachines/entities, or correct the instance")
	}
	mapping, err := t.mapping(e)
	if err != nil {
		return store.Body{}, err
	}
	mapped, err := provider.Transform(ctx, t.deps.Table, instance, mapping, in.Body)
	if err != nil {
		return store.Body{}, err
	}
	doc, err := e.Read(mapped)
	return store.Body{Entity: e.ID, Instance: instance.ID, Organization: instance.Organization, Company: instance.Company, Channel: instance.Channel, Document: doc}, err
}
