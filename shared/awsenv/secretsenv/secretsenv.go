// Package secretsenv gives a function the secrets of Secrets Manager. Values
// are kept in memory for a few minutes and appear in no log and no error.
package secretsenv

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// Secrets is the need for secrets.
func Secrets(env awsenv.Env, d *fn.Deps) error {
	cfg, err := env.Config()
	if err != nil {
		return err
	}
	d.Secrets = New(secretsmanager.NewFromConfig(cfg), d.Clock.Now)
	return nil
}

// keep is how long a changed secret may go unnoticed. While a secret is being
// changed two are valid, for longer than this.
const keep = 5 * time.Minute

// New returns the port to Secrets Manager.
func New(client *secretsmanager.Client, now func() time.Time) fn.Secrets {
	return &port{client: client, now: now, known: map[string]value{}}
}

type port struct {
	client *secretsmanager.Client
	now    func() time.Time

	mu    sync.Mutex
	known map[string]value
}

type value struct {
	text  string
	until time.Time
}

// Get implements fn.Secrets. Only values are kept, not failures: a secret that
// somebody has just created is found at once.
func (p *port) Get(ctx context.Context, ref string) (string, error) {
	p.mu.Lock()
	v, ok := p.known[ref]
	p.mu.Unlock()
	if ok && p.now().Before(v.until) {
		return v.text, nil
	}
	out, err := p.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(ref)})
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if _, absent := errors.AsType[*types.ResourceNotFoundException](err); absent {
		return "", fault.New(fault.NotFound, "no secret %q", ref).Do("Create the secret in Secrets Manager")
	}
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "reading secret %q", ref)
	}
	if out.SecretString == nil {
		return "", fault.New(fault.Misconfigured, "secret %q holds no text", ref).Do("Store it as a text secret")
	}
	p.mu.Lock()
	p.known[ref] = value{*out.SecretString, p.now().Add(keep)}
	p.mu.Unlock()
	return *out.SecretString, nil
}
