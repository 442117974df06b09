package engine

import (
	"context"
	"regexp"
	"slices"
	"strconv"
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

// maxAliases is AWS's limit of aliases of a machine.
const maxAliases = 100

// checkRoutes returns the machine that the routes lead to.
func (e *Engine) checkRoutes(routes []Route) (machine string, err error) {
	if len(routes) < 1 || len(routes) > 2 {
		return "", fault.New(ErrValidation, "1 validation error detected: Value at 'routingConfiguration' failed to satisfy constraint: Member must have length between 1 and 2")
	}
	var arns []string
	total := 0
	for i, to := range routes {
		if to.Weight < 0 || to.Weight > 100 {
			return "", fault.New(ErrValidation, "1 validation error detected: Value '%d' at 'routingConfiguration.%d.member.weight' failed to satisfy constraint: Member must have value between 0 and 100", to.Weight, i+1)
		}
		arns, total = append(arns, to.VersionARN), total+to.Weight
	}
	received := "Received: [" + strings.Join(arns, ", ") + "]"
	if len(arns) == 2 && arns[0] == arns[1] {
		return "", fault.New(ErrValidation, "Routing configuration must contain distinct state machine version ARNs. %s", received)
	}
	if total != 100 {
		return "", fault.New(ErrValidation, "Sum of routing configuration weights must equal 100. Received: %d", total)
	}
	for _, arn := range arns {
		t, err := e.resolve(arn)
		if fault.Is(err, ErrMachineDoesNotExist) {
			return "", noResource(arn)
		}
		if err != nil {
			return "", err
		}
		if t.version == nil || t.alias != "" {
			return "", fault.New(ErrValidation, "Routing configuration must contain state machine version ARNs. %s", received)
		}
		if machine != "" && machine != t.rec.ARN {
			return "", fault.New(ErrValidation, "Routing configuration must contain versions of one state machine. %s", received)
		}
		machine = t.rec.ARN
	}
	return machine, nil
}

// leadsTo checks that no version was deleted since checkRoutes.
func (r *record) leadsTo(routes []Route) error {
	for _, to := range routes {
		if number, _ := strconv.Atoi(lastPart(to.VersionARN)); r.version(number) == nil {
			return noResource(to.VersionARN)
		}
	}
	return nil
}

// CreateStateMachineAlias makes an alias. The same one again is success,
// another one of that name is ErrConflict.
func (e *Engine) CreateStateMachineAlias(_ context.Context, name, description string, routes []Route) (Alias, error) {
	if err := checkName(name); err != nil {
		return Alias{}, err
	}
	if !aliasName.MatchString(name) || strings.Trim(name, "0123456789") == "" {
		return Alias{}, fault.New(ErrValidation, "1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$", name)
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
		if r.Deleting {
			return nil, beingDeleted(machine)
		}
		if err := r.leadsTo(routes); err != nil {
			return nil, err
		}
		i, found := r.alias(name)
		switch {
		case found:
			if a := r.Aliases[i]; a.Description != description || !slices.Equal(a.Routes, routes) {
				return nil, fault.New(ErrConflict, "Failed to create alias because an alias with the same name and a different routing configuration already exists.")
			}
		case len(r.Aliases) >= maxAliases:
			return nil, fault.New(ErrQuota, "'%s' has %d aliases already", machine, maxAliases)
		default:
			now := e.now()
			r.Aliases = slices.Insert(r.Aliases, i, aliasRecord{name, description, routes, now, now})
		}
		out = r.Aliases[i].describe(machine)
		return r, nil
	})
	return out, err
}

// aliasName has the characters of an alias's name.
var aliasName = regexp.MustCompile(`^[a-zA-Z0-9_.-]+$`)

func (r *record) alias(name string) (int, bool) {
	return slices.BinarySearchFunc(r.Aliases, name, func(a aliasRecord, name string) int { return strings.Compare(a.Name, name) })
}

// changeAlias runs f on a copy of an alias; i is its place in the record.
func (e *Engine) changeAlias(arn string, f func(r *record, i int) error) error {
	machine, name, err := e.splitAlias(arn)
	if err != nil {
		return err
	}
	return e.registry.change(machine, func(r *record) (*record, error) {
		if r != nil {
			if i, found := r.alias(name); found {
				return r, f(r, i)
			}
		}
		return nil, fault.New(ErrResourceNotFound, "Request references a resource that does not exist: '%s'", arn)
	})
}

// UpdateStateMachineAlias changes an alias; nil stays as it is.
func (e *Engine) UpdateStateMachineAlias(_ context.Context, arn string, description *string, routes []Route) (Alias, error) {
	if routes == nil && description == nil {
		return Alias{}, fault.New(ErrMissingParameter, "Either the description or the RoutingConfiguration must be specified")
	}
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
	err := e.changeAlias(arn, func(r *record, i int) error {
		a := &r.Aliases[i]
		if description != nil {
			a.Description = *description
		}
		if routes != nil {
			a.Routes = routes
		}
		a.Updated = e.now()
		out = a.describe(r.ARN)
		return r.leadsTo(routes)
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
	return cut("aliases of "+arn, all, page)
}

// DeleteStateMachineAlias deletes an alias.
func (e *Engine) DeleteStateMachineAlias(_ context.Context, arn string) error {
	return e.changeAlias(arn, func(r *record, i int) error {
		r.Aliases = slices.Delete(r.Aliases, i, i+1)
		return nil
	})
}
