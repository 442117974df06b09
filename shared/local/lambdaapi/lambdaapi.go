// Package lambdaapi speaks AWS Lambda's protocol for Invoke and ListFunctions
// over the functions of a local Orderloom.
//
// As on AWS: a function that failed answers 200 with X-Amz-Function-Error; an
// asynchronous invocation (Event) answers 202 and is tried up to three times.
// Other than on AWS: the pauses between these are short, not minutes, what
// was accepted is lost in a crash, and logs are not returned.
package lambdaapi

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/lambda"
)

// PathPrefix begins the path of every request.
const PathPrefix = "/2015-03-31/functions"

const (
	attempts = 3 // of an asynchronous invocation
	pause    = 200 * time.Millisecond
)

// Handler is the http.Handler of the protocol.
type Handler struct {
	functions lambda.Invoker
	log       *slog.Logger
	ctx       context.Context
	cancel    context.CancelFunc
	running   sync.WaitGroup
	waiting   atomic.Int64
}

// New returns the protocol's handler. Requests are not authenticated: the
// handler belongs on a loopback address.
func New(functions lambda.Invoker, log *slog.Logger) *Handler {
	h := &Handler{functions: functions, log: log}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// Running counts asynchronous invocations that are not through.
func (h *Handler) Running() int64 { return h.waiting.Load() }

// Close ends asynchronous invocations and waits for them. No request may come
// any more.
func (h *Handler) Close() {
	h.cancel()
	h.running.Wait()
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), PathPrefix)
	rest = strings.Trim(rest, "/")
	name, invocation := strings.CutSuffix(rest, "/invocations")
	switch {
	case ok && rest == "" && r.Method == http.MethodGet:
		h.list(w)
	case ok && invocation && r.Method == http.MethodPost:
		if plain, err := url.PathUnescape(name); err == nil {
			name = plain
		}
		h.invoke(w, r, name)
	default:
		refuse(w, http.StatusNotFound, "UnknownOperationException", "the local Orderloom offers Invoke and ListFunctions, not "+r.Method+" "+r.URL.Path)
	}
}

func (h *Handler) invoke(w http.ResponseWriter, r *http.Request, name string) {
	f, ok := h.functions.Find(name)
	if !ok {
		fail(w, lambda.NotFound(name))
		return
	}
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, lambda.MaxPayload))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException", "the payload cannot be read: "+err.Error())
		return
	}
	if len(payload) > 0 && !json.Valid(payload) {
		refuse(w, http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json")
		return
	}
	switch kind := r.Header.Get("X-Amz-Invocation-Type"); kind {
	case "", "RequestResponse":
		h.answer(w, r, f, payload)
	case "Event":
		h.waiting.Add(1)
		h.running.Go(func() {
			defer h.waiting.Add(-1)
			h.later(f, payload)
		})
		w.WriteHeader(http.StatusAccepted)
	case "DryRun":
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, http.StatusBadRequest, "InvalidParameterValueException", "unknown invocation type "+kind)
	}
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, f fn.Function, payload []byte) {
	out, failure := h.functions.Invoke(r.Context(), f.ID, payload)
	switch {
	case failure != nil && strings.HasPrefix(failure.ErrorType, "Lambda."):
		fail(w, failure)
		return
	case failure != nil:
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		out, _ = json.Marshal(failure) // two texts always encode
	case len(out) == 0:
		out = []byte("null")
	}
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(out) // a client that has gone needs no answer
}

// later runs an asynchronous invocation.
func (h *Handler) later(f fn.Function, payload []byte) {
	for try := 1; ; try++ {
		_, failure := h.functions.Invoke(h.ctx, f.ID, payload)
		if failure == nil || h.ctx.Err() != nil {
			return
		}
		if try == attempts {
			h.log.Error("an asynchronous invocation failed for good", "function", f.ID, "type", failure.ErrorType, "error", failure.ErrorMessage)
			return
		}
		select {
		case <-h.ctx.Done():
		case <-time.After(pause):
		}
	}
}

// fail reports a failure that is Lambda's own, not the function's.
func fail(w http.ResponseWriter, failure *fn.LambdaError) {
	status := http.StatusInternalServerError
	switch failure.ErrorType {
	case lambda.ErrNotFound:
		status = http.StatusNotFound
	case lambda.ErrPayloadTooLarge:
		status = http.StatusRequestEntityTooLarge
	}
	refuse(w, status, strings.TrimPrefix(failure.ErrorType, "Lambda."), failure.ErrorMessage)
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	write(w, status, kind, map[string]string{"Type": "User", "Message": message})
}

func write(w http.ResponseWriter, status int, kind string, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status, kind, text = http.StatusInternalServerError, "ServiceException", []byte("{}")
	}
	if kind != "" {
		w.Header().Set("X-Amzn-Errortype", kind)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that has gone needs no answer
}
