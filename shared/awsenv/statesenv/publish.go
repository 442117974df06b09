package statesenv

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
)

// Publish implements fn.States. Every step of it can be repeated: a call that
// broke off is made good by the next one.
func (p port) Publish(ctx context.Context, name string, definition []byte) (string, error) {
	version, err := p.publish(ctx, name, definition, types.StateMachineTypeStandard)
	if err != nil {
		return "", err
	}
	return version, p.begin(ctx, name, version)
}

// PublishExpress implements fn.States.
func (p port) PublishExpress(ctx context.Context, name string, definition []byte) (string, error) {
	return p.publish(ctx, name, definition, types.StateMachineTypeExpress)
}

func (p port) publish(ctx context.Context, name string, definition []byte, kind types.StateMachineType) (string, error) {
	if p.stack.FlowRole == "" {
		return "", fault.New(fault.Misconfigured, "machines cannot be published without a role").On("", awsenv.FlowRole).Do("Set it in the function's template")
	}
	text, err := p.substitute(definition)
	if err != nil {
		return "", err
	}
	return p.save(ctx, name, text, kind)
}

// save creates or updates the machine and returns the version it published.
func (p port) save(ctx context.Context, name, definition string, kind types.StateMachineType) (string, error) {
	created, err := p.client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: aws.String(p.stack.Name + "-" + name), Definition: &definition, RoleArn: &p.stack.FlowRole,
		Type: kind, TracingConfiguration: &types.TracingConfiguration{Enabled: true}, Publish: true})
	if err == nil && created.StateMachineVersionArn != nil {
		return *created.StateMachineVersionArn, nil
	}
	if _, exists := errors.AsType[*types.StateMachineAlreadyExists](err); err != nil && !exists {
		return "", fail(ctx, err, "publish a machine for", name)
	}
	updated, err := p.client.UpdateStateMachine(ctx, &sfn.UpdateStateMachineInput{StateMachineArn: aws.String(p.machine(name)),
		Definition: &definition, RoleArn: &p.stack.FlowRole, Publish: true})
	if err != nil {
		return "", fail(ctx, err, "publish a machine for", name)
	}
	return aws.ToString(updated.StateMachineVersionArn), nil
}

// begin makes the alias of a machine that has none yet.
func (p port) begin(ctx context.Context, name, version string) error {
	_, err := p.client.CreateStateMachineAlias(ctx, &sfn.CreateStateMachineAliasInput{Name: aws.String(Live), RoutingConfiguration: routes(fn.Share{Version: version, Percent: 100})})
	if _, exists := errors.AsType[*types.ConflictException](err); exists {
		return nil // it leads somewhere already, and Route moves it
	}
	return fail(ctx, err, "make live the machine for", name)
}

// Route implements fn.States.
func (p port) Route(ctx context.Context, machine string, shares []fn.Share) error {
	_, err := p.client.UpdateStateMachineAlias(ctx, &sfn.UpdateStateMachineAliasInput{
		StateMachineAliasArn: aws.String(p.machine(machine) + ":" + Live), RoutingConfiguration: routes(shares...)})
	return fail(ctx, err, "route", machine)
}

func routes(shares ...fn.Share) []types.RoutingConfigurationListItem {
	all := make([]types.RoutingConfigurationListItem, len(shares))
	for i, s := range shares {
		all[i] = types.RoutingConfigurationListItem{StateMachineVersionArn: aws.String(s.Version), Weight: int32(s.Percent)}
	}
	return all
}

// substitute puts the stack's function names in the place of their logical ids,
// as a deployment does with the repository's own machines.
func (p port) substitute(definition []byte) (string, error) {
	catalog, err := flow.LoadCatalog()
	if err != nil {
		return "", err
	}
	names := map[string]string{"Stack": p.stack.Name}
	for _, f := range catalog.Functions {
		names[fn.LogicalID(f.ID)] = fn.PhysicalName(p.stack.Name, f.ID)
	}
	text, err := flow.Substitute(definition, func(placeholder string) (string, bool) {
		name, ok := names[placeholder]
		return name, ok
	})
	return string(text), err
}
