package engine

import (
	"cmp"
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
	Deleting    bool
	Settings
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
	Settings
}

// CreateStateMachine registers a machine. Creating the same machine again is
// success, whatever its role and tags, and changes nothing but for a version
// that Publish makes; another one of that name is ErrMachineAlreadyExists. A definition
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
	if !in.Publish && in.VersionDescription != "" {
		return Machine{}, errUnpublished()
	}
	if err := checkTags(nil, in.Tags); err != nil {
		return Machine{}, err
	}
	def, err := e.define(in.Definition, in.Type)
	if err != nil {
		return Machine{}, err
	}
	arn := e.MachineARN(in.Name)
	var out Machine
	err = e.registry.change(arn, func(r *record) (*record, error) {
		if r != nil && r.Deleting {
			return nil, beingDeleted(arn)
		}
		if r != nil && (r.Definition != def.hash || r.Type != in.Type || !r.equal(in.Settings)) {
			return nil, fault.New(ErrMachineAlreadyExists, "State Machine Already Exists: '%s'", arn)
		}
		if r == nil {
			now := e.now()
			r = &record{ARN: arn, Name: in.Name, Type: in.Type, Role: in.RoleARN, Definition: def.hash,
				Created: now, Updated: now, Tags: maps.Clone(in.Tags), Settings: in.Settings}
		}
		out = r.describe(def)
		var err error
		if in.Publish {
			out.Version, err = e.publish(r, in.VersionDescription)
		}
		return r, err
	})
	return out, err
}

// define parses a definition for a machine of the type.
func (e *Engine) define(raw []byte, typ MachineType) (*definition, error) {
	def, err := e.registry.define(raw)
	if err != nil {
		return def, err
	}
	return def, invalid(e.unsuitable(def.machine, typ))
}

// Validate checks a definition for a machine of the type ("" means Standard)
// without keeping it. Problems are in the error's chain as asl.Problems.
func (e *Engine) Validate(definition []byte, typ MachineType) error {
	m, problems := asl.Parse(definition)
	if problems == nil {
		problems = e.unsuitable(m, typ)
	}
	return invalid(problems)
}

func invalid(problems asl.Problems) error {
	if problems == nil {
		return nil
	}
	return fault.Wrap(problems, ErrInvalidDefinition, "Invalid State Machine Definition").With(problems)
}

// unsuitable finds what machines of the type, or this engine, cannot do.
func (e *Engine) unsuitable(m *asl.Machine, typ MachineType) (problems asl.Problems) {
	add := func(st *asl.State, message string) {
		problems = append(problems, asl.Problem{Code: asl.UnsupportedResource, State: st.Name, Pointer: st.Pointer() + "/Resource",
			Position: st.Position(), Message: message})
	}
	for _, st := range m.States {
		if typ == Express && (st.Resource.Token || st.Resource.Sync) {
			add(st, "an Express machine cannot wait for a task token or for the end of what a task starts")
		}
		if st.Resource.Service == asl.SendMessage && e.opts.SendMessage == nil {
			add(st, "this host has no queues: "+st.Resource.ARN+" works only on AWS")
		}
	}
	return problems
}

func (r *record) describe(def *definition) Machine {
	return Machine{ARN: r.ARN, Name: r.Name, Type: r.Type, RoleARN: r.Role, Definition: def.raw,
		RevisionID: r.Revision, Created: millis(r.Created), Updated: millis(r.Updated), Deleting: r.Deleting, Settings: r.Settings}
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
	Settings
}

// UpdateStateMachine changes a machine for executions that start from now on;
// running ones go on with the definition they began with. What changes nothing
// makes no new revision.
func (e *Engine) UpdateStateMachine(_ context.Context, in UpdateMachine) (Machine, error) {
	if _, _, err := e.splitMachine(in.ARN); err != nil {
		return Machine{}, err
	}
	old := e.registry.get(in.ARN)
	switch {
	case old == nil:
		return Machine{}, noMachine(in.ARN)
	case old.Deleting:
		return Machine{}, beingDeleted(in.ARN)
	case !in.Publish && in.VersionDescription != "":
		return Machine{}, errUnpublished()
	case in.Definition == nil && in.RoleARN == "" && !in.Publish && in.Logging == nil && in.Tracing == nil:
		return Machine{}, fault.New(ErrMissingParameter, "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified")
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
		switch {
		case r == nil || r.Type != old.Type: // it was deleted meanwhile
			return nil, noMachine(in.ARN)
		case r.Deleting:
			return nil, beingDeleted(in.ARN)
		}
		r.Updated = e.now()
		definitionNow, roleNow, settingsNow := cmp.Or(hash, r.Definition), cmp.Or(in.RoleARN, r.Role), r.with(in.Settings)
		if definitionNow != r.Definition || roleNow != r.Role || !r.equal(settingsNow) {
			r.Definition, r.Role, r.Settings, r.Revision = definitionNow, roleNow, settingsNow, e.opts.NewID()
		}
		out = r.describe(&definition{})
		var err error
		if in.Publish {
			out.Version, err = e.publish(r, in.VersionDescription)
		}
		return r, err
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

// ListStateMachines lists machines by name.
func (e *Engine) ListStateMachines(_ context.Context, page Page) ([]Machine, string, error) {
	e.registry.mu.RLock()
	all := slices.Collect(maps.Values(e.registry.machines))
	e.registry.mu.RUnlock()
	slices.SortFunc(all, func(a, b *record) int { return strings.Compare(a.Name, b.Name) })
	list, next, err := cut("machines", all, page)
	out := make([]Machine, len(list))
	for i, r := range list {
		out[i] = r.describe(&definition{})
	}
	return out, next, err
}
