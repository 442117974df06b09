// Package json is the provider for whoever sends JSON documents of an entity that
// is declared in statemachines/entities: a portal, a form, a partner's system.
// Nothing of it knows a sender or an entity. The instance says which entity its
// documents are of; the entity names the mapping that reads them.
//
// A sender proves itself by a signature over the raw body or by a user name and
// password, whichever the instance has secrets for. It identifies a delivery by a
// header, so that one that is repeated is stored once; without the header the
// body does.
package json

import (
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
)

// Names of the instance's parameters.
const (
	paramEntity     = "entity"
	paramHookSecret = "hookSecret"
	paramNextHook   = "hookSecretNext"
	paramUser       = "user"
	paramPassword   = "password"
)

// Headers of a delivery.
const (
	HeaderSignature = "X-Signature-Sha256" // hex of the HMAC over the raw body
	HeaderDelivery  = "Idempotency-Key"
	HeaderMessage   = "X-Message-Id" // taken where there is no other
)

// Provider is the catalog entry.
var Provider = provider.Provider{
	ID:      "json",
	Name:    "JSON documents",
	Summary: "Take JSON documents of a declared entity from whoever sends them",
	Service: provider.Documents,
	Parameters: []provider.Parameter{
		{Name: paramEntity, Title: "Entity that the documents are of, e.g. repairJob", Required: true},
		{Name: paramHookSecret, Title: "Secret that signs deliveries", Secret: true},
		{Name: paramNextHook, Title: "Second valid secret, while the first is being changed", Secret: true},
		{Name: paramUser, Title: "User name of deliveries with a password"},
		{Name: paramPassword, Title: "Password of deliveries that are not signed", Secret: true},
	},
	Handlers: []inbox.Handler{{
		Topic: "*", EventIDHeader: HeaderDelivery, MessageID: HeaderMessage,
		Verification:   inbox.Verification{Scheme: inbox.HMACSHA256, Header: HeaderSignature, Encoding: "hex", Secrets: []string{paramHookSecret, paramNextHook}},
		Alternative:    &inbox.Verification{Scheme: inbox.Basic, User: paramUser, Secrets: []string{paramPassword}},
		Transformation: "json/document-in",
	}},
	Functions: []fn.Function{DocumentIn},
}
