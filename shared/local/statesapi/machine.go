package statesapi

import (
	"context"
	"errors"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/engine"
)

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type machineInput struct {
	ARN                string             `json:"stateMachineArn"`
	Name               string             `json:"name"`
	Definition         string             `json:"definition"`
	Type               engine.MachineType `json:"type"`
	RoleARN            string             `json:"roleArn"`
	Publish            bool               `json:"publish"`
	VersionDescription string             `json:"versionDescription"`
	Tags               []tag              `json:"tags"`
}

type machineOutput struct {
	ARN         string             `json:"stateMachineArn,omitempty"`
	Name        string             `json:"name,omitempty"`
	Status      string             `json:"status,omitempty"`
	Definition  string             `json:"definition,omitempty"`
	Type        engine.MachineType `json:"type,omitempty"`
	RoleARN     string             `json:"roleArn,omitempty"`
	Created     stamp              `json:"creationDate,omitzero"`
	Updated     stamp              `json:"updateDate,omitzero"`
	RevisionID  string             `json:"revisionId,omitempty"`
	VersionARN  string             `json:"stateMachineVersionArn,omitempty"`
	Description string             `json:"description,omitempty"`
	Logging     any                `json:"loggingConfiguration,omitempty"`
	Tracing     any                `json:"tracingConfiguration,omitempty"`
}

func describeMachine(m engine.Machine) machineOutput {
	return machineOutput{ARN: m.ARN, Name: m.Name, Definition: string(m.Definition), Type: m.Type, RoleARN: m.RoleARN,
		RevisionID: m.RevisionID, Description: m.Description,
		Logging: map[string]any{"level": "OFF", "includeExecutionData": false}, Tracing: map[string]any{"enabled": false}}
}

func (s *service) machines(ops map[string]operation) {
	ops["CreateStateMachine"] = op(s.createMachine)
	ops["UpdateStateMachine"] = op(s.updateMachine)
	ops["DescribeStateMachine"] = op(func(ctx context.Context, in machineInput) (any, error) {
		m, err := s.e.DescribeStateMachine(ctx, in.ARN)
		out := describeMachine(m)
		out.Status, out.Created = "ACTIVE", stamp{m.Created}
		return out, err
	})
	ops["DescribeStateMachineForExecution"] = op(func(ctx context.Context, in struct {
		ARN string `json:"executionArn"`
	}) (any, error) {
		m, err := s.e.DescribeStateMachineForExecution(ctx, in.ARN)
		out := describeMachine(m)
		out.Type, out.Updated = "", stamp{m.Updated}
		return out, err
	})
	ops["DeleteStateMachine"] = op(func(ctx context.Context, in machineInput) (any, error) {
		return empty{}, s.e.DeleteStateMachine(ctx, in.ARN)
	})
	ops["ListStateMachines"] = op(s.listMachines)
	ops["ValidateStateMachineDefinition"] = op(s.validate)
	s.tags(ops)
}

func (s *service) createMachine(ctx context.Context, in machineInput) (any, error) {
	tags := map[string]string{}
	for _, t := range in.Tags {
		tags[t.Key] = t.Value
	}
	m, err := s.e.CreateStateMachine(ctx, engine.CreateMachine{Name: in.Name, Definition: []byte(in.Definition), Type: in.Type,
		RoleARN: in.RoleARN, Publish: in.Publish, VersionDescription: in.VersionDescription, Tags: tags})
	return machineOutput{ARN: m.ARN, Created: stamp{m.Created}, VersionARN: m.Version}, err
}

func (s *service) updateMachine(ctx context.Context, in machineInput) (any, error) {
	update := engine.UpdateMachine{ARN: in.ARN, RoleARN: in.RoleARN, Publish: in.Publish, VersionDescription: in.VersionDescription}
	if in.Definition != "" {
		update.Definition = []byte(in.Definition)
	}
	m, err := s.e.UpdateStateMachine(ctx, update)
	return machineOutput{Updated: stamp{m.Updated}, RevisionID: m.RevisionID, VersionARN: m.Version}, err
}

func (s *service) listMachines(ctx context.Context, in page) (any, error) {
	list, next, err := s.e.ListStateMachines(ctx, in.of())
	out := struct {
		Machines []machineOutput `json:"stateMachines"`
		Next     string          `json:"nextToken,omitempty"`
	}{[]machineOutput{}, next}
	for _, m := range list {
		out.Machines = append(out.Machines, machineOutput{ARN: m.ARN, Name: m.Name, Type: m.Type, Created: stamp{m.Created}})
	}
	return out, err
}

type diagnostic struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Location string `json:"location,omitempty"`
}

type validation struct {
	Result      string       `json:"result"`
	Diagnostics []diagnostic `json:"diagnostics"`
	Truncated   bool         `json:"truncated"`
}

func (s *service) validate(_ context.Context, in struct {
	machineInput
	Max int `json:"maxResults"`
}) (any, error) {
	out := validation{Result: "OK", Diagnostics: []diagnostic{}}
	err := s.e.Validate([]byte(in.Definition), in.Type)
	problems, ok := errors.AsType[asl.Problems](err)
	if err != nil && !ok {
		return nil, err
	}
	for _, p := range problems {
		out.Result = "FAIL"
		if in.Max > 0 && len(out.Diagnostics) == in.Max {
			out.Truncated = true
			break
		}
		out.Diagnostics = append(out.Diagnostics, diagnostic{"ERROR", p.Code, p.Message, p.Pointer})
	}
	return out, nil
}

func (s *service) tags(ops map[string]operation) {
	type input struct {
		ARN  string   `json:"resourceArn"`
		Tags []tag    `json:"tags"`
		Keys []string `json:"tagKeys"`
	}
	ops["ListTagsForResource"] = op(func(ctx context.Context, in input) (any, error) {
		tags, err := s.e.Tags(ctx, in.ARN)
		list := []tag{}
		for k, v := range tags {
			list = append(list, tag{k, v})
		}
		return map[string]any{"tags": list}, err
	})
	change := func(ctx context.Context, in input) (any, error) {
		set := map[string]string{}
		for _, t := range in.Tags {
			set[t.Key] = t.Value
		}
		return empty{}, s.e.Tag(ctx, in.ARN, set, in.Keys)
	}
	ops["TagResource"], ops["UntagResource"] = op(change), op(change)
}
