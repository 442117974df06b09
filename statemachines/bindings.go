package statemachines

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

const (
	bindingFolder = "bindings"
	bindingSuffix = ".json"
	machineSuffix = ".asl.json"
)

// BindingDocuments returns the documents of the bindings by id, compiled or not yet.
func BindingDocuments() (map[string][]byte, error) {
	entries, err := files.ReadDir(bindingFolder)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "reading the bindings")
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), machineSuffix) {
			continue
		}
		if all[strings.TrimSuffix(e.Name(), bindingSuffix)], err = files.ReadFile(path.Join(bindingFolder, e.Name())); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "reading binding %s", e.Name())
		}
	}
	return all, nil
}

// Bindings returns the bindings by id.
func Bindings() ([]flow.Binding, error) {
	documents, err := BindingDocuments()
	if err != nil {
		return nil, err
	}
	var all []flow.Binding
	for _, id := range slices.Sorted(maps.Keys(documents)) {
		b, problems := flow.ParseBinding(documents[id])
		if len(problems) > 0 {
			return nil, fault.Wrap(problems, fault.Invalid, "binding %q", id)
		}
		all = append(all, b)
	}
	return all, nil
}

// BindingMachine is the committed machine of a binding that calls an action; one
// that runs a flow has none.
func BindingMachine(id string) (Machine, error) {
	file := BindingFile(id)
	def, err := files.ReadFile(file)
	if err != nil {
		return Machine{}, fault.Wrap(err, fault.Internal, "binding %q is not compiled; run make golden", id)
	}
	return Machine{ID: flow.BindingMachine(id), File: file, Definition: def}, nil
}

// BindingFile is where the machine of a binding stands in this folder.
func BindingFile(id string) string { return path.Join(bindingFolder, id+machineSuffix) }
