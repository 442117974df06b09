package statesapi

import (
	"context"

	"github.com/orderloom/orderloom/shared/engine"
)

type aliasInput struct {
	ARN         string         `json:"stateMachineAliasArn"`
	Name        string         `json:"name"`
	Description *string        `json:"description"`
	Routes      []engine.Route `json:"routingConfiguration"`
}

// check wants one member that names the alias.
func (in aliasInput) check(member, given string) error {
	var v violations
	v.need(member, given)
	v.atMost("description", value(in.Description), 256)
	return v.err()
}

type aliasOutput struct {
	ARN         string         `json:"stateMachineAliasArn"`
	Name        string         `json:"name,omitempty"`
	Description string         `json:"description,omitempty"`
	Routes      []engine.Route `json:"routingConfiguration,omitempty"`
	Created     stamp          `json:"creationDate,omitzero"`
	Updated     stamp          `json:"updateDate,omitzero"`
}

type versionOutput struct {
	ARN     string `json:"stateMachineVersionArn"`
	Created stamp  `json:"creationDate"`
}

type qualified struct {
	page
	Machine     string `json:"stateMachineArn"`
	Version     string `json:"stateMachineVersionArn"`
	Revision    string `json:"revisionId"`
	Description string `json:"description"`
}

// check is for lists of what belongs to a machine.
func (in qualified) check() error {
	var v violations
	v.need("stateMachineArn", in.Machine)
	v.page(in.page)
	return v.err()
}

// aliases registers the operations on versions and aliases.
func (s *service) aliases(ops map[string]operation) {
	ops["PublishStateMachineVersion"] = op(func(ctx context.Context, in qualified) (any, error) {
		var v violations
		v.need("stateMachineArn", in.Machine)
		v.atMost("description", in.Description, 256)
		if v != nil {
			return nil, v.err()
		}
		version, err := s.e.PublishStateMachineVersion(ctx, in.Machine, in.Description, in.Revision)
		return versionOutput{version.ARN, stamp{version.Created}}, err
	})
	ops["DeleteStateMachineVersion"] = op(func(ctx context.Context, in qualified) (any, error) {
		var v violations
		if v.need("stateMachineVersionArn", in.Version); v != nil {
			return nil, v.err()
		}
		return empty{}, s.e.DeleteStateMachineVersion(ctx, in.Version)
	})
	ops["ListStateMachineVersions"] = op(s.listVersions)
	ops["ListStateMachineAliases"] = op(s.listAliases)
	ops["CreateStateMachineAlias"] = op(func(ctx context.Context, in aliasInput) (any, error) {
		if err := in.check("name", in.Name); err != nil {
			return nil, err
		}
		a, err := s.e.CreateStateMachineAlias(ctx, in.Name, value(in.Description), in.Routes)
		return aliasOutput{ARN: a.ARN, Created: stamp{a.Created}}, err
	})
	ops["UpdateStateMachineAlias"] = op(func(ctx context.Context, in aliasInput) (any, error) {
		if err := in.check("stateMachineAliasArn", in.ARN); err != nil {
			return nil, err
		}
		a, err := s.e.UpdateStateMachineAlias(ctx, in.ARN, in.Description, in.Routes)
		return map[string]stamp{"updateDate": {a.Updated}}, err
	})
	ops["DescribeStateMachineAlias"] = op(func(ctx context.Context, in aliasInput) (any, error) {
		if err := in.check("stateMachineAliasArn", in.ARN); err != nil {
			return nil, err
		}
		a, err := s.e.DescribeStateMachineAlias(ctx, in.ARN)
		return aliasOutput{a.ARN, a.Name, a.Description, a.Routes, stamp{a.Created}, stamp{a.Updated}}, err
	})
	ops["DeleteStateMachineAlias"] = op(func(ctx context.Context, in aliasInput) (any, error) {
		if err := in.check("stateMachineAliasArn", in.ARN); err != nil {
			return nil, err
		}
		return empty{}, s.e.DeleteStateMachineAlias(ctx, in.ARN)
	})
}

func (s *service) listVersions(ctx context.Context, in qualified) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	list, next, err := s.e.ListStateMachineVersions(ctx, in.Machine, in.of())
	out := struct {
		Versions []versionOutput `json:"stateMachineVersions"`
		Next     string          `json:"nextToken,omitempty"`
	}{[]versionOutput{}, next}
	for _, v := range list {
		out.Versions = append(out.Versions, versionOutput{v.ARN, stamp{v.Created}})
	}
	return out, err
}

func (s *service) listAliases(ctx context.Context, in qualified) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	list, next, err := s.e.ListStateMachineAliases(ctx, in.Machine, in.of())
	out := struct {
		Aliases []aliasOutput `json:"stateMachineAliases"`
		Next    string        `json:"nextToken,omitempty"`
	}{[]aliasOutput{}, next}
	for _, a := range list {
		out.Aliases = append(out.Aliases, aliasOutput{ARN: a.ARN, Created: stamp{a.Created}})
	}
	return out, err
}
