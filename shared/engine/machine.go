package engine

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/fault"
)

// MachineType is Standard or Express.
type MachineType string

// The machine types.
const (
	Standard MachineType = "STANDARD"
	Express  MachineType = "EXPRESS"
)

// Machine describes a state machine, or one version of it.
type Machine struct {
	ARN         string // with the number, for a version
	Name        string
	Type        MachineType
	RoleARN     string
	Definition  []byte
	RevisionID  string
	Description string // of a version
	Created     time.Time
	Updated     time.Time
	Version     string // ARN of the version that the call published
}

// CreateMachine is the input of CreateStateMachine.
type CreateMachine struct {
	Name               string
	Definition         []byte
	Type               MachineType // "" means Standard
	RoleARN            string
	Publish            bool
	VersionDescription string
	Tags               map[string]string
}

// CreateStateMachine registers a machine. Creating the same machine again is
// success; another one of that name is ErrMachineAlreadyExists. A definition
// with problems is ErrInvalidDefinition; Data and the error's chain have the
// asl.Problems.
func (e *Engine) CreateStateMachine(_ context.Context, in CreateMachine) (Machine, error) {
	if err := checkName(in.Name); err != nil {
		return Machine{}, err
	}
	if in.Type == "" {
		in.Type = Standard
	}
	if in.Type != Standard && in.Type != Express {
		return Machine{}, fault.New(ErrValidation, "type is %q, not STANDARD or EXPRESS", in.Type)
	}
	def, err := e.define(in.Definition, in.Type)
	if err != nil {
		return Machine{}, err
	}
	arn := e.MachineARN(in.Name)
	var out Machine
	err = e.registry.change(arn, func(r *record) (*record, error) {
		if r != nil && (r.Definition != def.hash || r.Role != in.RoleARN || r.Type != in.Type) {
			return nil, fault.New(ErrMachineAlreadyExists, "State Machine Already Exists: '%s'", arn)
		}
		if r == nil {
			now := e.now()
			r = &record{ARN: arn, Name: in.Name, Type: in.Type, Role: in.RoleARN, Definition: def.hash,
				Revision: e.opts.NewID(), Created: now, Updated: now, Tags: maps.Clone(in.Tags)}
		}
		version := ""
		if in.Publish {
			version = e.publish(r, in.VersionDescription)
		}
		out = r.describe(def)
		out.Version = version
		return r, nil
	})
	return out, err
}

// define parses a definition for a machine of the type.
func (e *Engine) define(raw []byte, typ MachineType) (*definition, error) {
	def, err := e.registry.define(raw)
	if err != nil || typ == Standard {
		return def, err
	}
	return def, invalid(expressProblems(def.machine))
}

// Validate checks a definition for a machine of the type ("" means Standard)
// without keeping it. Problems are in the error's chain as asl.Problems.
func (e *Engine) Validate(definition []byte, typ MachineType) error {
	m, problems := asl.Parse(definition)
	if problems == nil && typ == Express {
		problems = expressProblems(m)
	}
	return invalid(problems)
}

func invalid(problems asl.Problems) error {
	if problems == nil {
		return nil
	}
	return fault.Wrap(problems, ErrInvalidDefinition, "Invalid State Machine Definition").With(problems)
}

// expressProblems finds what Express machines cannot do.
func expressProblems(m *asl.Machine) (problems asl.Problems) {
	for _, st := range m.States {
		if st.Resource.Token {
			problems = append(problems, asl.Problem{Code: asl.UnsupportedResource, State: st.Name, Pointer: st.Pointer(),
				Position: st.Position(), Message: "an Express machine cannot wait for a task token"})
		}
	}
	return problems
}

func (r *record) describe(def *definition) Machine {
	return Machine{ARN: r.ARN, Name: r.Name, Type: r.Type, RoleARN: r.Role, Definition: def.raw,
		RevisionID: r.Revision, Created: millis(r.Created), Updated: millis(r.Updated)}
}

func noMachine(arn string) error {
	return fault.New(ErrMachineDoesNotExist, "State Machine Does Not Exist: '%s'", arn)
}

// UpdateMachine is the input of UpdateStateMachine; zero fields stay as they are.
type UpdateMachine struct {
	ARN                string
	Definition         []byte
	RoleARN            string
	Publish            bool
	VersionDescription string
}

// UpdateStateMachine changes a machine for executions that start from now on;
// running ones go on with the definition they began with.
func (e *Engine) UpdateStateMachine(_ context.Context, in UpdateMachine) (Machine, error) {
	old := e.registry.get(in.ARN)
	if old == nil {
		return Machine{}, noMachine(in.ARN)
	}
	hash := "" // as it is
	if in.Definition != nil {
		def, err := e.define(in.Definition, old.Type)
		if err != nil {
			return Machine{}, err
		}
		hash = def.hash
	}
	var out Machine
	err := e.registry.change(in.ARN, func(r *record) (*record, error) {
		if r == nil {
			return nil, noMachine(in.ARN)
		}
		r.Updated, r.Revision = e.now(), e.opts.NewID()
		if hash != "" {
			r.Definition = hash
		}
		if in.RoleARN != "" {
			r.Role = in.RoleARN
		}
		version := ""
		if in.Publish {
			version = e.publish(r, in.VersionDescription)
		}
		out = r.describe(&definition{})
		out.Version = version
		return r, nil
	})
	return out, err
}

// DescribeStateMachine describes a machine or, by its qualified ARN, a version.
func (e *Engine) DescribeStateMachine(_ context.Context, arn string) (Machine, error) {
	t, err := e.resolve(arn)
	if err != nil {
		return Machine{}, err
	}
	def, err := e.registry.load(t.hash)
	if err != nil {
		return Machine{}, err
	}
	m := t.rec.describe(def)
	if t.version != nil {
		m.ARN, m.RoleARN, m.RevisionID = versionARN(t.rec.ARN, t.version.Number), t.version.Role, t.version.Revision
		m.Description, m.Created = t.version.Description, millis(t.version.Created)
	}
	return m, nil
}

// DeleteStateMachine removes a machine with its versions and aliases. Running
// executions go on to their end.
func (e *Engine) DeleteStateMachine(_ context.Context, arn string) error {
	if _, qualifier, err := e.splitMachine(arn); err != nil {
		return err
	} else if qualifier != "" {
		return fault.New(ErrValidation, "'%s' is a version or alias, not a state machine", arn)
	}
	return e.registry.change(arn, func(*record) (*record, error) { return nil, nil })
}

// ListStateMachines lists machines by name.
func (e *Engine) ListStateMachines(_ context.Context, page Page) ([]Machine, string, error) {
	e.registry.mu.RLock()
	all := slices.Collect(maps.Values(e.registry.machines))
	e.registry.mu.RUnlock()
	slices.SortFunc(all, func(a, b *record) int { return strings.Compare(a.Name, b.Name) })
	list, next, err := cut(all, page)
	out := make([]Machine, len(list))
	for i, r := range list {
		out[i] = r.describe(&definition{})
	}
	return out, next, err
}

// Tags returns the tags of a machine.
func (e *Engine) Tags(_ context.Context, arn string) (map[string]string, error) {
	r := e.registry.get(arn)
	if r == nil {
		return nil, fault.New(ErrResourceNotFound, "Resource not found: '%s'", arn)
	}
	return maps.Clone(r.Tags), nil
}

// Tag sets and removes tags of a machine.
func (e *Engine) Tag(_ context.Context, arn string, set map[string]string, remove []string) error {
	return e.registry.change(arn, func(r *record) (*record, error) {
		if r == nil {
			return nil, fault.New(ErrResourceNotFound, "Resource not found: '%s'", arn)
		}
		tags := map[string]string{}
		maps.Copy(tags, r.Tags)
		maps.Copy(tags, set)
		for _, key := range remove {
			delete(tags, key)
		}
		r.Tags = tags
		return r, nil
	})
}
