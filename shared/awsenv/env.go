package awsenv

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/orderloom/orderloom/shared/fault"
)

// Names of the environment variables that the templates and the local host set.
const (
	TableName          = "TABLE_NAME"
	BucketName         = "BUCKET_NAME"
	BusName            = "BUS_NAME"
	StackName          = "STACK_NAME"
	StateMachinePrefix = "STATE_MACHINE_PREFIX" // "arn:aws:states:<region>:<account>:stateMachine:<stack>-"
	FlowRole           = "FLOW_ROLE_ARN"        // of the machines that flows/publish makes
	Endpoint           = "AWS_ENDPOINT_URL"     // set on a local Orderloom only
)

// Env reads the environment of a function.
type Env struct {
	Lookup func(name string) string
}

// Need returns a variable that must be set.
func (e Env) Need(name string) (string, error) {
	if v := e.Lookup(name); v != "" {
		return v, nil
	}
	return "", fault.New(fault.Misconfigured, "environment variable %s is not set", name).Do("Set it in the function's template")
}

// Local reports whether the function talks to a local Orderloom.
func (e Env) Local() bool { return e.Lookup(Endpoint) != "" }

// Config is the configuration of the SDK's clients. It reads the variables that
// Lambda sets and nothing else: no profiles, no metadata service, whose clients
// would be linked into every function.
func (e Env) Config() (aws.Config, error) {
	var values [3]string
	for i, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		var err error
		if values[i], err = e.Need(name); err != nil {
			return aws.Config{}, err
		}
	}
	cfg := aws.Config{
		Region:      values[0],
		Credentials: credentials.NewStaticCredentialsProvider(values[1], values[2], e.Lookup("AWS_SESSION_TOKEN")),
	}
	if url := e.Lookup(Endpoint); url != "" {
		cfg.BaseEndpoint = aws.String(url)
	}
	return cfg, nil
}

func process() Env { return Env{Lookup: os.Getenv} }
