package statesapi

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
)

type machineInput struct {
	ARN                string             `json:"stateMachineArn"`
	Name               string             `json:"name"`
	Definition         *string            `json:"definition"`
	Type               engine.MachineType `json:"type"`
	RoleARN            string             `json:"roleArn"`
	Publish            bool               `json:"publish"`
	VersionDescription string             `json:"versionDescription"`
	Tags               []tag              `json:"tags"`
	IncludedData       string             `json:"includedData"`
	Logging            json.RawMessage    `json:"loggingConfiguration"`
	Tracing            json.RawMessage    `json:"tracingConfiguration"`
	Encryption         *encryption        `json:"encryptionConfiguration"`
}

type encryption struct {
	Type string `json:"type"`
}

// settings are what only AWS can do: they are kept as given. A key of one's own
// is refused, since what is stored here is not encrypted.
func (in machineInput) settings() (engine.Settings, error) {
	if in.Encryption != nil && in.Encryption.Type != "" && in.Encryption.Type != "AWS_OWNED_KEY" {
		return engine.Settings{}, fault.New("InvalidEncryptionConfiguration", "Invalid Encryption Configuration: the local engine has no keys")
	}
	compact := func(raw json.RawMessage) json.RawMessage {
		var buf bytes.Buffer
		if raw == nil || json.Compact(&buf, raw) != nil {
			return nil
		}
		return buf.Bytes()
	}
	return engine.Settings{Logging: compact(in.Logging), Tracing: compact(in.Tracing)}, nil
}

// What Describe shows of settings that were not given.
var (
	noLogging = json.RawMessage(`{"level":"OFF","includeExecutionData":false}`)
	noTracing = json.RawMessage(`{"enabled":false}`)
)

func given(setting, otherwise json.RawMessage) json.RawMessage {
	if setting == nil {
		return otherwise
	}
	return setting
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
	Logging     json.RawMessage    `json:"loggingConfiguration,omitempty"`
	Tracing     json.RawMessage    `json:"tracingConfiguration,omitempty"`
	Encryption  *encryption        `json:"encryptionConfiguration,omitempty"`
}

const metadataOnly = "METADATA_ONLY"

// describeMachine leaves the definition out when only metadata is wanted.
func describeMachine(m engine.Machine, wanted string) machineOutput {
	out := machineOutput{ARN: m.ARN, Name: m.Name, Definition: string(m.Definition), Type: m.Type, RoleARN: m.RoleARN,
		RevisionID: m.RevisionID, Description: m.Description, Logging: given(m.Logging, noLogging), Tracing: given(m.Tracing, noTracing), Encryption: &encryption{"AWS_OWNED_KEY"}}
	if wanted == metadataOnly {
		out.Definition = "{}"
	}
	return out
}

func (s *service) machines(ops map[string]operation) {
	ops["CreateStateMachine"] = op(s.createMachine)
	ops["UpdateStateMachine"] = op(s.updateMachine)
	ops["DescribeStateMachine"] = op(s.describeMachine)
	ops["DescribeStateMachineForExecution"] = op(s.describeMachineForExecution)
	ops["DeleteStateMachine"] = op(func(ctx context.Context, in machineInput) (any, error) {
		var v violations
		if v.need("stateMachineArn", in.ARN); v != nil {
			return nil, v.err()
		}
		return empty{}, s.e.DeleteStateMachine(ctx, in.ARN)
	})
	ops["ListStateMachines"] = op(s.listMachines)
}

func (s *service) createMachine(ctx context.Context, in machineInput) (any, error) {
	var v violations
	v.need("definition", value(in.Definition), "name", in.Name, "roleArn", in.RoleARN)
	v.oneOf("type", string(in.Type), "STANDARD", "EXPRESS")
	v.atMost("versionDescription", in.VersionDescription, 256)
	if v != nil {
		return nil, v.err()
	}
	settings, err := in.settings()
	if err != nil {
		return nil, err
	}
	tags, err := tagMap(in.Tags)
	if err != nil {
		return nil, err
	}
	m, err := s.e.CreateStateMachine(ctx, engine.CreateMachine{Name: in.Name, Definition: []byte(*in.Definition), Type: in.Type,
		RoleARN: in.RoleARN, Publish: in.Publish, VersionDescription: in.VersionDescription, Tags: tags, Settings: settings})
	return machineOutput{ARN: m.ARN, Created: stamp{m.Created}, VersionARN: m.Version}, err
}

func (s *service) updateMachine(ctx context.Context, in machineInput) (any, error) {
	var v violations
	v.need("stateMachineArn", in.ARN)
	v.atMost("versionDescription", in.VersionDescription, 256)
	if v != nil {
		return nil, v.err()
	}
	settings, err := in.settings()
	if err != nil {
		return nil, err
	}
	before, err := s.e.DescribeStateMachine(ctx, in.ARN)
	if err != nil {
		return nil, err
	}
	update := engine.UpdateMachine{ARN: in.ARN, RoleARN: in.RoleARN, Publish: in.Publish, VersionDescription: in.VersionDescription, Settings: settings}
	if in.Definition != nil {
		update.Definition = []byte(*in.Definition)
	}
	if update.Definition == nil && in.RoleARN == "" && in.Encryption != nil {
		update.RoleARN = before.RoleARN // the key that was asked for is the one there is
	}
	m, err := s.e.UpdateStateMachine(ctx, update)
	out := machineOutput{Updated: stamp{m.Updated}, VersionARN: m.Version}
	if m.RevisionID != before.RevisionID {
		out.RevisionID = m.RevisionID
	}
	return out, err
}

func (s *service) describeMachine(ctx context.Context, in machineInput) (any, error) {
	var v violations
	v.need("stateMachineArn", in.ARN)
	v.oneOf("includedData", in.IncludedData, "ALL_DATA", metadataOnly)
	if v != nil {
		return nil, v.err()
	}
	m, err := s.e.DescribeStateMachine(ctx, in.ARN)
	out := describeMachine(m, in.IncludedData)
	out.Status, out.Created = "ACTIVE", stamp{m.Created}
	if m.Deleting {
		out.Status = "DELETING"
	}
	return out, err
}

func (s *service) describeMachineForExecution(ctx context.Context, in executionInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	m, err := s.e.DescribeStateMachineForExecution(ctx, in.ARN)
	out := describeMachine(m, in.IncludedData)
	out.Type, out.Updated = "", stamp{m.Updated}
	return out, err
}

func (s *service) listMachines(ctx context.Context, in page) (any, error) {
	var v violations
	if v.page(in); v != nil {
		return nil, v.err()
	}
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

// value is a text that may be missing.
func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
