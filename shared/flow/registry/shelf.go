package registry

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/orderloom/orderloom/statemachines"
)

var ownDocuments = sync.OnceValues(statemachines.Documents)

// Drawing returns the document of what is live of a flow, and whether the
// repository owns it.
func (r Registry) Drawing(ctx context.Context, id string) (json.RawMessage, bool, error) {
	own, err := ownDocuments()
	if err != nil {
		return nil, false, err
	}
	if text, ok := own[id]; ok {
		return slices.Clone(text), true, nil
	}
	live, err := r.Flow(ctx, id)
	if err != nil {
		return nil, false, err
	}
	v, err := r.Version(ctx, id, live.Number)
	return v.Document, false, err
}
