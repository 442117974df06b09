package statemachines

import (
	"path"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/transform"
)

const entitiesFolder, entityFile = "entities", "entity.json"

// Entities returns the entities that documents declare, by id.
func Entities() ([]entity.Entity, error) {
	folders, err := files.ReadDir(entitiesFolder)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "reading the entities")
	}
	var all []entity.Entity
	prefixes := map[string]event.Entity{}
	for _, f := range folders {
		data, err := files.ReadFile(path.Join(entitiesFolder, f.Name(), entityFile))
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "reading entity %s", f.Name())
		}
		e, problems := entity.Parse(data)
		switch other, twice := prefixes[e.Prefix]; {
		case len(problems) > 0:
			return nil, fault.Wrap(problems, fault.Invalid, "entity %s", f.Name())
		case string(e.ID) != f.Name():
			return nil, fault.New(fault.Invalid, "entity %s has the id %q", f.Name(), e.ID)
		case twice:
			return nil, fault.New(fault.Invalid, "entities %s and %s have the prefix %q", other, e.ID, e.Prefix).Do("Give each its own")
		}
		prefixes[e.Prefix] = e.ID
		all = append(all, e)
	}
	return all, nil
}

// Mapping returns the mapping by which documents of an entity come in.
func Mapping(e *entity.Entity) (*transform.Mapping, error) {
	data, err := files.ReadFile(path.Join(entitiesFolder, string(e.ID), e.Mapping))
	if err != nil {
		return nil, fault.Wrap(err, fault.Misconfigured, "reading the mapping of entity %s", e.ID)
	}
	m, err := transform.Parse(data)
	if err != nil {
		return nil, fault.Wrap(err, fault.Misconfigured, "mapping %s of entity %s", e.Mapping, e.ID)
	}
	return m, nil
}
