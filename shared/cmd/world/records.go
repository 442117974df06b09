package world

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	senders "github.com/orderloom/orderloom/functions/providers/json"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/provider"
)

// The demo has a sender of documents for each declared entity: an instance with
// the entity's id.

// recordInstances lists these instances.
func recordInstances() ([]provider.Instance, error) {
	entities, err := registry.Entities()
	if err != nil {
		return nil, err
	}
	all := make([]provider.Instance, len(entities))
	for i, e := range entities {
		id := string(e.ID)
		all[i] = provider.Instance{
			ID: id, Provider: senders.Provider.ID, Title: "Sender of documents: " + e.Title, Channel: id,
			Parameters: map[string]string{"entity": id}, Secrets: refs(id, "hookSecret"),
		}
	}
	return all, nil
}

// SignDocument makes the headers of a signed document. Two with the same delivery
// are one message; without it two equal documents are.
func SignDocument(secret, delivery string, body []byte) map[string]string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	all := map[string]string{senders.HeaderSignature: hex.EncodeToString(mac.Sum(nil))}
	if delivery != "" {
		all[senders.HeaderDelivery] = delivery
	}
	return all
}

// signDocument is the delivery of a document to one of the demo's instances.
func (w *World) signDocument(ctx context.Context, instance, delivery string, body []byte) (path string, header map[string]string) {
	secret, _ := w.Host.Secrets().Get(ctx, secretRef(instance, "hookSecret")) // without it the signature is refused
	return "/hooks/" + instance, SignDocument(secret, delivery, body)
}
