// Package statesenv gives a function the Step Functions machines of its stack.
// The local host uses the same port against its own engine.
package statesenv

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// Machines is the need for state machines.
func Machines(env awsenv.Env, d *fn.Deps) error {
	prefix, err := env.Need(awsenv.StateMachinePrefix)
	if err != nil {
		return err
	}
	stack, err := env.Need(awsenv.StackName)
	if err != nil {
		return err
	}
	cfg, err := env.Config()
	if err != nil {
		return err
	}
	d.States, err = New(sfn.NewFromConfig(cfg), Stack{Name: stack, Prefix: prefix, FlowRole: env.Lookup(awsenv.FlowRole)})
	return err
}

// Stack says where the machines are.
type Stack struct {
	Name     string
	Prefix   string // of the machines' ARNs, "arn:aws:states:<region>:<account>:stateMachine:<stack>-"
	FlowRole string // ARN of the role of published machines; only Publish needs it
}

// Live is the alias through which every run starts: what an alias points at
// changes at once, and running executions stay on their version.
const Live = "live"

// New returns the port to the machines of a stack.
func New(client *sfn.Client, stack Stack) (fn.States, error) {
	if _, name, ok := strings.Cut(stack.Prefix, machineType); !ok || name == "" {
		return nil, fault.New(fault.Misconfigured, "the prefix of the state machines is no ARN").On("", awsenv.StateMachinePrefix).Got(stack.Prefix)
	}
	return port{client, stack}, nil
}

const machineType, executionType = ":stateMachine:", ":execution:"

type port struct {
	client *sfn.Client
	stack  Stack
}

func (p port) machine(name string) string { return p.stack.Prefix + name }

// Start implements fn.States. On AWS an execution that runs with the same input
// is success already; one with another input or one that has ended is not.
func (p port) Start(ctx context.Context, machine, name string, input []byte) error {
	_, err := p.client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(p.machine(machine) + ":" + Live),
		Name: aws.String(name), Input: aws.String(string(input))})
	if _, exists := errors.AsType[*types.ExecutionAlreadyExists](err); exists {
		return nil
	}
	return fail(ctx, err, "start", name)
}

// Succeed implements fn.States.
func (p port) Succeed(ctx context.Context, token string, output []byte) error {
	_, err := p.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: aws.String(token), Output: aws.String(string(output))})
	return answered(ctx, err)
}

// maxErrorBytes and maxCauseBytes are what SendTaskFailure takes, in characters;
// more is refused, and then the execution would wait for ever.
const maxErrorBytes, maxCauseBytes = 256, 32_768

// Fail implements fn.States.
func (p port) Fail(ctx context.Context, token, code, cause string) error {
	_, err := p.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: aws.String(token),
		Error: aws.String(shortened(code, maxErrorBytes)), Cause: aws.String(shortened(cause, maxCauseBytes))})
	return answered(ctx, err)
}

func shortened(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "")
}

// answered takes a token that is done, expired or unknown as answered: somebody
// was first. The message of a fault never holds the token.
func answered(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*types.TaskTimedOut](err); ok {
		return nil
	}
	if _, ok := errors.AsType[*types.TaskDoesNotExist](err); ok {
		return nil
	}
	if _, ok := errors.AsType[*types.InvalidToken](err); ok {
		return nil
	}
	return fail(ctx, err, "answer a task of", "")
}

// fail turns an error of the SDK into a fault that says what to do.
func fail(ctx context.Context, err error, doing, record string) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return fault.Wrap(err, fault.Unavailable, "Step Functions does not answer, cannot %s an execution", doing).On(record, "")
	}
	code, hint := fault.Unavailable, ""
	switch api.ErrorCode() {
	case "StateMachineDoesNotExist", "ResourceNotFound", "ExecutionDoesNotExist":
		code, hint = fault.NotFound, "Deploy the stack or publish the flow"
	case "InvalidName", "InvalidExecutionInput", "InvalidOutput", "InvalidDefinition", "ValidationException":
		code = fault.Invalid
	case "ConflictException":
		code = fault.Conflict
	case "AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException", "InvalidArn":
		code, hint = fault.Misconfigured, "Check the credentials, the region and the policy of the function"
	}
	return fault.New(code, "cannot %s an execution: %s: %s", doing, api.ErrorCode(), api.ErrorMessage()).On(record, "").Do(hint)
}
