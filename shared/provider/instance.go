package provider

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table"
)

// Instance is an installed provider.
type Instance struct {
	ID           string            `json:"id"`
	Provider     string            `json:"provider"`
	Title        string            `json:"title"`
	Organization string            `json:"organization"`
	Company      string            `json:"company"`
	Channel      string            `json:"channel,omitempty"` // order intake only
	MappingGroup string            `json:"mappingGroup"`
	Parameters   map[string]string `json:"parameters,omitempty"`
	Secrets      map[string]string `json:"secrets,omitempty"` // parameter name → reference, never the value
	Active       bool              `json:"active"`
}

const (
	instancePartition = "INSTANCES"
	documentAttr      = "doc"
)

// Load reads an instance. An unknown one is a fault with code Record.NotFound.
func Load(ctx context.Context, t table.Table, id string) (Instance, error) {
	var in Instance
	if id == "" || len(id) > 64 || strings.ContainsAny(id, "\x00/") {
		return in, fault.New(fault.NotFound, "no provider instance with that id").Got(id)
	}
	item, err := t.Get(ctx, table.Key{PK: instancePartition, SK: id})
	if err != nil {
		return in, err
	}
	if item == nil {
		return in, fault.New(fault.NotFound, "no provider instance %q is installed", id)
	}
	if err := json.Unmarshal(item.Bytes(documentAttr), &in); err != nil {
		return in, fault.Wrap(err, fault.Internal, "reading provider instance %q", id)
	}
	return in, nil
}

// Save installs or replaces an instance.
func Save(ctx context.Context, t table.Table, in Instance) error {
	if in.ID == "" || in.Provider == "" {
		return fault.New(fault.Invalid, "a provider instance needs an id and a provider")
	}
	doc, err := json.Marshal(in)
	if err != nil {
		return err
	}
	_, err = t.Write(ctx, table.Put(table.Item{table.PK: instancePartition, table.SK: in.ID, documentAttr: doc}))
	return err
}

// List returns all installed instances by id.
func List(ctx context.Context, t table.Table) ([]Instance, error) {
	page, err := t.Query(ctx, table.Query{PK: instancePartition})
	if err != nil {
		return nil, err
	}
	all := make([]Instance, len(page.Items))
	for i, item := range page.Items {
		if err := json.Unmarshal(item.Bytes(documentAttr), &all[i]); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "reading provider instance %q", item.Str(table.SK))
		}
	}
	return all, nil
}

// Secret resolves a secret parameter of the instance.
func (in Instance) Secret(ctx context.Context, secrets fn.Secrets, name string) (string, error) {
	ref := in.Secrets[name]
	if ref == "" {
		return "", fault.New(fault.Misconfigured, "secret parameter %q is not set", name).On(in.ID, "secrets."+name).Do("Set it with the instance")
	}
	return secrets.Get(ctx, ref)
}

// Parameter returns a parameter that must be set.
func (in Instance) Parameter(name string) (string, error) {
	if v := in.Parameters[name]; v != "" {
		return v, nil
	}
	return "", fault.New(fault.Misconfigured, "parameter %q is not set", name).On(in.ID, "parameters."+name).Do("Set it with the instance")
}
