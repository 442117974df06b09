package engine

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
)

// target is what an ARN of a machine, version or alias stands for.
type target struct {
	rec     *record
	version *versionRecord // nil: the machine itself
	alias   string         // name
	hash    string         // of the definition
	role    string
}

// resolve finds what an ARN stands for; an alias is routed by its weights.
func (e *Engine) resolve(arn string) (target, error) {
	machine, qualifier, err := e.splitMachine(arn)
	if err != nil {
		return target{}, err
	}
	r := e.registry.get(machine)
	if r == nil {
		return target{}, noMachine(arn)
	}
	t := target{rec: r, hash: r.Definition, role: r.Role}
	if qualifier == "" {
		return t, nil
	}
	number, err := strconv.Atoi(qualifier)
	if err != nil {
		i := slices.IndexFunc(r.Aliases, func(a aliasRecord) bool { return a.Name == qualifier })
		if i < 0 {
			return target{}, noMachine(arn)
		}
		t.alias = qualifier
		number, _ = strconv.Atoi(lastPart(e.route(r.Aliases[i].Routes)))
	}
	if t.version = r.version(number); t.version == nil {
		return target{}, noMachine(arn)
	}
	t.hash, t.role = t.version.Definition, t.version.Role
	return t, nil
}

func (r *record) version(number int) *versionRecord {
	for i := range r.Versions {
		if r.Versions[i].Number == number {
			return &r.Versions[i]
		}
	}
	return nil
}

// route chooses one of the versions of an alias.
func (e *Engine) route(routes []Route) string {
	if len(routes) == 1 || e.random()*100 < float64(routes[0].Weight) {
		return routes[0].VersionARN
	}
	return routes[1].VersionARN
}

// maxVersions is AWS's limit of versions of a machine.
const maxVersions = 1000

// initialRevision is how callers name the revision of a machine that was never
// changed; answers leave it out.
const initialRevision = "INITIAL"

// publish makes a version of the machine as it is, unless there is one already.
func (e *Engine) publish(r *record, description string) (string, error) {
	for _, v := range r.Versions {
		if v.Revision == r.Revision {
			return versionARN(r.ARN, v.Number), nil
		}
	}
	if len(r.Versions) >= maxVersions {
		return "", fault.New(ErrQuota, "'%s' has %d versions already", r.ARN, maxVersions).Do("delete versions that no alias needs")
	}
	r.Numbered++
	r.Versions = append(r.Versions, versionRecord{r.Numbered, r.Definition, r.Role, r.Revision, description, e.now()})
	return versionARN(r.ARN, r.Numbered), nil
}

func errUnpublished() error {
	return fault.New(ErrValidation, "Version description can only be set when publish is true")
}

// Version is a published version of a machine.
type Version struct {
	ARN     string
	Created time.Time
}

// PublishStateMachineVersion freezes the machine's present revision under a
// number. A revision that has a version already gets no second one. With
// revision given, another one is ErrConflict.
func (e *Engine) PublishStateMachineVersion(_ context.Context, arn, description, revision string) (Version, error) {
	if err := e.checkARN(arn); err != nil {
		return Version{}, err
	}
	var out Version
	err := e.registry.change(arn, func(r *record) (*record, error) {
		if r == nil {
			return nil, noMachine(arn)
		}
		if r.Deleting {
			return nil, beingDeleted(arn)
		}
		if now := cmp.Or(r.Revision, initialRevision); revision != "" && revision != now {
			return nil, fault.New(ErrConflict, "Failed to publish the State Machine version for revision %s. The current State Machine revision is %s.", revision, now)
		}
		var err error
		if out.ARN, err = e.publish(r, description); err != nil {
			return nil, err
		}
		number, _ := strconv.Atoi(lastPart(out.ARN))
		out.Created = millis(r.version(number).Created)
		return r, nil
	})
	return out, err
}

// ListStateMachineVersions lists versions, newest first.
func (e *Engine) ListStateMachineVersions(_ context.Context, arn string, page Page) ([]Version, string, error) {
	if err := e.checkARN(arn); err != nil {
		return nil, "", err
	}
	r := e.registry.get(arn)
	if r == nil {
		return nil, "", noMachine(arn)
	}
	all := make([]Version, 0, len(r.Versions))
	for _, v := range slices.Backward(r.Versions) {
		all = append(all, Version{versionARN(arn, v.Number), millis(v.Created)})
	}
	return cut("versions of "+arn, all, page)
}

// DeleteStateMachineVersion deletes a version that no alias routes to.
func (e *Engine) DeleteStateMachineVersion(_ context.Context, arn string) error {
	machine, qualifier, err := e.splitMachine(arn)
	if err != nil {
		return err
	}
	return e.registry.change(machine, func(r *record) (*record, error) {
		if r == nil {
			return nil, nil
		}
		var users []string
		for _, a := range r.Aliases {
			if slices.ContainsFunc(a.Routes, func(to Route) bool { return to.VersionARN == arn }) {
				users = append(users, a.Name)
			}
		}
		if users != nil {
			return nil, fault.New(ErrConflict, "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [%s]", strings.Join(users, ", "))
		}
		r.Versions = slices.DeleteFunc(r.Versions, func(v versionRecord) bool { return strconv.Itoa(v.Number) == qualifier })
		return r, nil
	})
}

// DescribeStateMachineForExecution returns the machine as the execution runs it.
func (e *Engine) DescribeStateMachineForExecution(_ context.Context, arn string) (Machine, error) {
	x := e.byARN(arn)
	if x == nil {
		return Machine{}, noExecution(arn)
	}
	def, err := e.registry.load(x.birth.Definition)
	if err != nil {
		return Machine{}, err
	}
	m := Machine{ARN: x.birth.Machine, Name: lastPart(x.birth.Machine), Type: Standard, RoleARN: x.birth.Role,
		Definition: def.raw, Updated: millis(x.birth.Started), Version: x.birth.Version}
	if r := e.registry.get(x.birth.Machine); r != nil {
		m.Type = r.Type
		if number, err := strconv.Atoi(lastPart(m.Version)); err == nil && r.version(number) != nil {
			m.RevisionID = r.version(number).Revision
		} else if r.Definition == x.birth.Definition {
			m.RevisionID = r.Revision
		}
	}
	return m, nil
}

func noExecution(arn string) error {
	return fault.New(ErrExecutionDoesNotExist, "Execution Does Not Exist: '%s'", arn)
}

// aliasARN finds the machine and name of an alias.
func (e *Engine) splitAlias(arn string) (machine, name string, err error) {
	machine, name, err = e.splitMachine(arn)
	if err == nil && (name == "" || strings.Trim(name, "0123456789") == "") {
		err = fault.New(ErrInvalidArn, "Invalid Arn: '%s' names no alias", arn)
	}
	return machine, name, err
}
