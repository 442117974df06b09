package secretsapi_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/local/secretsapi"
)

type secrets map[string]string

func (s secrets) Get(_ context.Context, name string) (string, error) {
	if name == "broken" {
		return "", errors.New("disk error")
	}
	value, ok := s[name]
	if !ok {
		return "", fault.New(fault.NotFound, "no secret").On(name, "")
	}
	return value, nil
}

func connect(t *testing.T) *secretsmanager.Client {
	t.Helper()
	server := httptest.NewServer(secretsapi.New(secrets{"orderloom/shop": "s3cr\"ét"}))
	t.Cleanup(server.Close)
	return secretsmanager.New(secretsmanager.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		})})
}

func TestSDKReadsASecret(t *testing.T) {
	t.Parallel()
	out, err := connect(t).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("orderloom/shop")})
	if err != nil || aws.ToString(out.SecretString) != "s3cr\"ét" || aws.ToString(out.Name) != "orderloom/shop" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestSDKSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	client := connect(t)
	get := func(in secretsmanager.GetSecretValueInput) error {
		_, err := client.GetSecretValue(t.Context(), &in)
		return err
	}
	if _, ok := errors.AsType[*types.ResourceNotFoundException](get(secretsmanager.GetSecretValueInput{SecretId: aws.String("none")})); !ok {
		t.Error("an unknown secret is no ResourceNotFoundException")
	}
	if _, ok := errors.AsType[*types.InvalidParameterException](get(secretsmanager.GetSecretValueInput{SecretId: aws.String("x"), VersionStage: aws.String("AWSPREVIOUS")})); !ok {
		t.Error("another version is no InvalidParameterException")
	}
	if _, ok := errors.AsType[*types.InternalServiceError](get(secretsmanager.GetSecretValueInput{SecretId: aws.String("broken")})); !ok {
		t.Error("an unreadable store is no InternalServiceError")
	}
	_, err := client.ListSecrets(t.Context(), &secretsmanager.ListSecretsInput{})
	if err == nil || !strings.Contains(err.Error(), "ListSecrets") {
		t.Errorf("another operation: %v", err)
	}
}

func TestMalformedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{", "[]", "{}", `{"SecretId":1}`, `{"SecretId":"` + strings.Repeat("x", 70_000) + `"}`} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
		w := httptest.NewRecorder()
		secretsapi.New(secrets{}).ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "__type") {
			t.Errorf("%.20s: %d %s", body, w.Code, w.Body)
		}
	}
}
