// Package statesapi speaks the wire protocol of AWS Step Functions (AWS JSON
// 1.0) for a local engine, so that the AWS CLI and the SDKs work on it.
//
// README.md lists the operations and where they differ from AWS's; the steps of
// clients/walk.json show each of them and are walked by three clients in CI.
//
// Requests are not authenticated: the handler belongs on a loopback address.
package statesapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
)

// TargetPrefix begins the X-Amz-Target header of every request.
const TargetPrefix = "AWSStepFunctions."

// maxBody bounds a request: a definition of 1 MiB as a JSON string, and change.
const maxBody = 4 << 20

const contentType = "application/x-amz-json-1.0"

// operation takes and returns JSON.
type operation func(ctx context.Context, body []byte) (any, error)

type handler struct {
	operations map[string]operation
	log        *slog.Logger
}

// New returns the protocol's handler. Unexpected failures go to log.
func New(e *engine.Engine, log *slog.Logger) http.Handler {
	h := &handler{map[string]operation{}, log}
	s := &service{e}
	s.machines(h.operations)
	s.tags(h.operations)
	s.aliases(h.operations)
	s.executions(h.operations)
	s.tasks(h.operations)
	h.operations["ValidateStateMachineDefinition"] = op(s.validate)
	h.operations["TestState"] = op(s.testState)
	return h
}

// service adapts the engine's methods.
type service struct{ e *engine.Engine }

// op decodes the request for f.
func op[In any](f func(context.Context, In) (any, error)) operation {
	return func(ctx context.Context, body []byte) (any, error) {
		var in In
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, fault.Wrap(err, "SerializationException", "the request is not valid")
		}
		return f(ctx, in)
	}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), TargetPrefix)
	f := h.operations[name]
	if !ok || f == nil {
		h.fail(w, fault.New("UnknownOperationException", "%s: %s", r.Header.Get("X-Amz-Target"), missing(name)))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		h.fail(w, fault.Wrap(err, "SerializationException", "the request cannot be read"))
		return
	}
	out, err := f(r.Context(), body)
	if err != nil {
		h.fail(w, err)
		return
	}
	h.write(w, http.StatusOK, out)
}

// fail answers with an error as AWS shapes it.
func (h *handler) fail(w http.ResponseWriter, err error) {
	code, message, status := fault.Code(err), err.Error(), http.StatusBadRequest
	if f, ok := errors.AsType[*fault.Error](err); ok {
		message = f.Message
	}
	if problems, ok := errors.AsType[asl.Problems](err); ok {
		message += ": '" + summary(problems) + "'"
	}
	switch {
	case errors.Is(err, context.Canceled):
		return // the caller has left
	case code == fault.Internal || code == engine.ErrUnavailable:
		status = http.StatusInternalServerError
		if code == fault.Internal {
			code = "InternalServerException"
		}
		h.log.Error("a Step Functions request failed", "error", err)
	}
	w.Header().Set("X-Amzn-ErrorType", code)
	h.write(w, status, map[string]string{"__type": code, "message": message})
}

// missing says why there is no such operation.
func missing(name string) string {
	switch {
	case strings.Contains(name, "Activity"), name == "ListActivities":
		return "activities exist only on AWS; let a Task wait for a task token"
	case strings.Contains(name, "MapRun"):
		return "the local engine has no Distributed Map and so no Map Runs"
	}
	return "Step Functions has no such operation"
}

// summary names all problems of a definition in one line, as AWS does.
func summary(problems asl.Problems) string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, fmt.Sprintf("%s: %s at %s", p.Code, p.Message, cmp.Or(p.Pointer, "/")))
	}
	return strings.Join(lines, ", ")
}

func (h *handler) write(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		h.log.Error("a Step Functions answer cannot be encoded", "error", err)
		status, data = http.StatusInternalServerError, []byte(`{"__type":"InternalServerException"}`)
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(data) // a caller that has left does not want it
}

// stamp is a time as the protocol writes it: seconds since 1970 with
// milliseconds. The zero time is left out by omitzero.
type stamp struct{ time.Time }

func (s stamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(s.UnixMilli()) / 1000)
}

// page is how lists are asked for.
type page struct {
	Max   int    `json:"maxResults"`
	Token string `json:"nextToken"`
}

func (p page) of() engine.Page { return engine.Page{Max: p.Max, Token: p.Token} }

// included says that data was not cut off.
type included struct {
	Included bool `json:"included"`
}

var whole = &included{true}

type empty struct{}
