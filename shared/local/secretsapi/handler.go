// Package secretsapi speaks the one operation of AWS Secrets Manager that
// Orderloom uses, GetSecretValue, over the secrets of a local Orderloom. It
// never logs a value.
package secretsapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/orderloom/orderloom/shared/fault"
)

// Secrets returns a secret by name; an unknown one is a fault with code
// Record.NotFound.
type Secrets interface {
	Get(ctx context.Context, name string) (string, error)
}

const (
	target  = "secretsmanager.GetSecretValue"
	maxBody = 64 << 10
)

type input struct {
	SecretID     string `json:"SecretId"`
	VersionID    string `json:"VersionId"`
	VersionStage string
}

// New returns the handler of the AWS JSON 1.1 protocol. Signatures are not
// looked at: the port belongs on a loopback address.
func New(secrets Secrets) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, answer := serve(w, r, secrets)
		text, err := json.Marshal(answer)
		if err != nil {
			status, text = http.StatusInternalServerError, []byte(`{"__type":"InternalServiceError"}`)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = w.Write(text) // a client that has gone needs no answer
	})
}

func serve(w http.ResponseWriter, r *http.Request, secrets Secrets) (int, map[string]any) {
	if got := r.Header.Get("X-Amz-Target"); got != target {
		return failure(http.StatusBadRequest, "UnknownOperationException", "the local Orderloom offers "+target+", not "+got)
	}
	var in input
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	switch {
	case err != nil:
		return failure(http.StatusBadRequest, "SerializationException", err.Error())
	case in.SecretID == "":
		return failure(http.StatusBadRequest, "InvalidParameterException", "SecretId is missing")
	case in.VersionID != "" || (in.VersionStage != "" && in.VersionStage != "AWSCURRENT"):
		return failure(http.StatusBadRequest, "InvalidParameterException", "a local secret has only its current version")
	}
	value, err := secrets.Get(r.Context(), in.SecretID)
	switch {
	case fault.Is(err, fault.NotFound):
		return failure(http.StatusBadRequest, "ResourceNotFoundException", "Secrets Manager can't find the specified secret: "+in.SecretID)
	case err != nil:
		return failure(http.StatusInternalServerError, "InternalServiceError", err.Error())
	}
	return http.StatusOK, map[string]any{"Name": in.SecretID, "SecretString": value, "VersionStages": []string{"AWSCURRENT"}}
}

func failure(status int, kind, message string) (int, map[string]any) {
	return status, map[string]any{"__type": kind, "Message": message}
}
