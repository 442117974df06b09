package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
)

// Route sends a share of an alias's executions to a version.
type Route struct {
	VersionARN string `json:"stateMachineVersionArn"`
	Weight     int    `json:"weight"` // percent
}

// Alias is a name for one or two versions of a machine.
type Alias struct {
	ARN         string
	Name        string
	Description string
	Routes      []Route
	Created     time.Time
	Updated     time.Time
}

func (a aliasRecord) describe(machine string) Alias {
	return Alias{machine + ":" + a.Name, a.Name, a.Description, a.Routes, millis(a.Created), millis(a.Updated)}
}

// checkRoutes returns the machine that the routes lead to.
func (e *Engine) checkRoutes(routes []Route) (machine string, err error) {
	if len(routes) < 1 || len(routes) > 2 {
		return "", fault.New(ErrValidation, "an alias routes to one or two versions, not %d", len(routes))
	}
	total := 0
	for _, to := range routes {
		t, err := e.resolve(to.VersionARN)
		if err != nil {
			return "", err
		}
		if t.version == nil || t.alias != "" {
			return "", fault.New(ErrValidation, "'%s' is no version", to.VersionARN)
		}
		if machine != "" && machine != t.rec.ARN {
			return "", fault.New(ErrValidation, "both routes of an alias lead to the same state machine")
		}
		if to.Weight < 0 || to.Weight > 100 {
			return "", fault.New(ErrValidation, "a weight is 0 to 100, not %d", to.Weight)
		}
		machine, total = t.rec.ARN, total+to.Weight
	}
	if total != 100 {
		return "", fault.New(ErrValidation, "the weights of an alias add up to 100, not %d", total)
	}
	return machine, nil
}

// CreateStateMachineAlias makes an alias. The same one again is success,
// another one of that name is ErrConflict.
func (e *Engine) CreateStateMachineAlias(_ context.Context, name, description string, routes []Route) (Alias, error) {
	if err := checkName(name); err != nil {
		return Alias{}, err
	}
	if strings.Trim(name, "0123456789") == "" {
		return Alias{}, fault.New(ErrValidation, "the name of an alias is no number")
	}
	machine, err := e.checkRoutes(routes)
	if err != nil {
		return Alias{}, err
	}
	var out Alias
	err = e.registry.change(machine, func(r *record) (*record, error) {
		if r == nil {
			return nil, noMachine(machine)
		}
		i, found := r.alias(name)
		if found {
			if a := r.Aliases[i]; a.Description != description || !slices.Equal(a.Routes, routes) {
				return nil, fault.New(ErrConflict, "there is another alias '%s'", name)
			}
		} else {
			now := e.now()
			r.Aliases = slices.Insert(r.Aliases, i, aliasRecord{name, description, routes, now, now})
		}
		out = r.Aliases[i].describe(machine)
		return r, nil
	})
	return out, err
}

func (r *record) alias(name string) (int, bool) {
	return slices.BinarySearchFunc(r.Aliases, name, func(a aliasRecord, name string) int { return strings.Compare(a.Name, name) })
}

// changeAlias runs f on a copy of an alias; i is its place in the record.
func (e *Engine) changeAlias(arn string, f func(r *record, i int)) error {
	machine, name, err := e.splitAlias(arn)
	if err != nil {
		return err
	}
	return e.registry.change(machine, func(r *record) (*record, error) {
		if r != nil {
			if i, found := r.alias(name); found {
				f(r, i)
				return r, nil
			}
		}
		return nil, fault.New(ErrResourceNotFound, "Request references a resource that does not exist: '%s'", arn)
	})
}

// UpdateStateMachineAlias changes an alias; nil stays as it is.
func (e *Engine) UpdateStateMachineAlias(_ context.Context, arn string, description *string, routes []Route) (Alias, error) {
	if routes != nil {
		machine, err := e.checkRoutes(routes)
		if err != nil {
			return Alias{}, err
		}
		if !strings.HasPrefix(arn, machine+":") {
			return Alias{}, fault.New(ErrValidation, "the routes lead to another state machine")
		}
	}
	var out Alias
	err := e.changeAlias(arn, func(r *record, i int) {
		a := &r.Aliases[i]
		if description != nil {
			a.Description = *description
		}
		if routes != nil {
			a.Routes = routes
		}
		a.Updated = e.now()
		out = a.describe(r.ARN)
	})
	return out, err
}

// DescribeStateMachineAlias describes an alias.
func (e *Engine) DescribeStateMachineAlias(_ context.Context, arn string) (Alias, error) {
	machine, name, err := e.splitAlias(arn)
	if err != nil {
		return Alias{}, err
	}
	if r := e.registry.get(machine); r != nil {
		if i, found := r.alias(name); found {
			return r.Aliases[i].describe(machine), nil
		}
	}
	return Alias{}, fault.New(ErrResourceNotFound, "Request references a resource that does not exist: '%s'", arn)
}

// ListStateMachineAliases lists the aliases of a machine, by name; given a
// version's ARN those that route to it.
func (e *Engine) ListStateMachineAliases(_ context.Context, arn string, page Page) ([]Alias, string, error) {
	t, err := e.resolve(arn)
	if err != nil {
		return nil, "", err
	}
	var all []Alias
	for _, a := range t.rec.Aliases {
		if t.version == nil || slices.ContainsFunc(a.Routes, func(to Route) bool { return to.VersionARN == arn }) {
			all = append(all, a.describe(t.rec.ARN))
		}
	}
	return cut(all, page)
}

// DeleteStateMachineAlias deletes an alias.
func (e *Engine) DeleteStateMachineAlias(_ context.Context, arn string) error {
	return e.changeAlias(arn, func(r *record, i int) { r.Aliases = slices.Delete(r.Aliases, i, i+1) })
}
