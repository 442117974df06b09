// Package statemachines holds the documents that come with Orderloom: flows,
// the machines compiled from them, bindings and theirs, policies, entities, and the
// machines that are written by hand.
package statemachines

import (
	"embed"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/policy"
)

//go:embed */flow.json */statemachine.asl.json policies/*.json events/*.json bindings/*.json entities/*/*.json
var files embed.FS

// Flow is a flow document and the machine compiled from it.
type Flow struct {
	ID       string
	Document []byte
	Machine  []byte // ASL with ${…Function} substitutions
}

// Machine is a definition, compiled or written by hand.
type Machine struct {
	ID         string // its name without the stack
	File       string // in this folder
	Definition []byte // ASL with ${…Function} substitutions
	Express    bool
}

const (
	flowFile    = "flow.json"
	machineFile = "statemachine.asl.json"
)

// Documents returns the flow documents by id, compiled or not yet.
func Documents() (map[string][]byte, error) {
	folders, err := files.ReadDir(".")
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "reading the flows")
	}
	all := map[string][]byte{}
	for _, f := range folders {
		if doc, err := files.ReadFile(path.Join(f.Name(), flowFile)); err == nil {
			all[f.Name()] = doc // other folders hold policies, or a machine written by hand
		}
	}
	return all, nil
}

// Flows returns the flows by id.
func Flows() ([]Flow, error) {
	documents, err := Documents()
	if err != nil {
		return nil, err
	}
	var all []Flow
	for _, id := range slices.Sorted(maps.Keys(documents)) {
		machine, err := files.ReadFile(path.Join(id, machineFile))
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "flow %q is not compiled; run make golden", id)
		}
		all = append(all, Flow{ID: id, Document: documents[id], Machine: machine})
	}
	return all, nil
}

// Machines returns all machines: those of the folders, then the bindings'.
func Machines() ([]Machine, error) {
	var all []Machine
	folders, err := files.ReadDir(".")
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "reading the machines")
	}
	for _, f := range folders {
		file := path.Join(f.Name(), machineFile)
		if def, err := files.ReadFile(file); err == nil {
			_, noFlow := files.ReadFile(path.Join(f.Name(), flowFile))
			all = append(all, Machine{ID: f.Name(), File: file, Definition: def, Express: noFlow != nil})
		}
	}
	bound, err := Bindings()
	if err != nil {
		return nil, err
	}
	for _, b := range bound {
		if b.Action == "" {
			continue
		}
		m, err := BindingMachine(b.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// PolicyDocument is the document of one of these policies, nil when there is none.
func PolicyDocument(id string) []byte {
	data, err := files.ReadFile(path.Join("policies", path.Base(id)+".json"))
	if err != nil {
		return nil
	}
	return data
}

// Policies returns the policies by id.
func Policies() ([]policy.Policy, error) {
	entries, err := files.ReadDir("policies")
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "reading the policies")
	}
	entities, err := Entities()
	if err != nil {
		return nil, err
	}
	customs := entity.Customs(entities)
	var all []policy.Policy
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), policy.TestSuffix) {
			continue
		}
		data, err := files.ReadFile(path.Join("policies", e.Name()))
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "reading policy %s", e.Name())
		}
		p, problems := policy.Parse(data, customs...)
		if problems != nil {
			return nil, fault.Wrap(problems, fault.Invalid, "policy %s", e.Name())
		}
		if p.ID+".json" != e.Name() {
			return nil, fault.New(fault.Invalid, "policy %s has the id %q", strings.TrimSuffix(e.Name(), ".json"), p.ID)
		}
		all = append(all, p)
	}
	return all, nil
}

// Events returns the events that flows raise beside those of the catalog, by name.
func Events() ([]event.Definition, error) {
	entries, err := files.ReadDir("events")
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "reading the events")
	}
	all := make([]event.Definition, len(entries))
	for i, e := range entries {
		data, err := files.ReadFile(path.Join("events", e.Name()))
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "reading event %s", e.Name())
		}
		if all[i], err = event.ParseCustom(data); err != nil {
			return nil, err
		}
		if all[i].Name+".json" != e.Name() {
			return nil, fault.New(fault.Invalid, "event %s has the name %q", strings.TrimSuffix(e.Name(), ".json"), all[i].Name)
		}
	}
	return all, nil
}
