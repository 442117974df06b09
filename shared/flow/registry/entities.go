package registry

import (
	"sync"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/statemachines"
)

// ownEntities reads the repository's entities, once.
var ownEntities = sync.OnceValues(statemachines.Entities)

// Entities lists the entities that documents declare. Nobody may change them.
func Entities() ([]entity.Entity, error) { return ownEntities() }

// TypeOf is the type of a flow as Live has it: empty for orders.
func TypeOf(doc *flow.Document) string {
	if doc.Entity == nil {
		return ""
	}
	return string(doc.Entity.ID)
}
