// Package eventsapi speaks the one operation of EventBridge that Orderloom uses,
// PutEvents (AWS JSON 1.1), over a local bus.
//
// As on AWS the answer tells per entry what became of it. Other than on AWS, an
// entry for a bus that does not exist fails instead of vanishing.
package eventsapi

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/bus"
)

const (
	target  = "AWSEvents.PutEvents"
	maxBody = 2 << 20 // the limit of a call in JSON's longest spelling, and change
)

// Error codes of entries.
const (
	unknownBus = "ResourceNotFoundException"
	forbidden  = "NotAuthorizedForSourceException"
	malformed  = "MalformedDetail"
)

// Deliver puts entries on the bus of a name and tells what became of each, as
// bus.Bus.Deliver does. A bus that does not exist is a fault with code
// Record.NotFound.
type Deliver func(ctx context.Context, name string, entries []fn.BusEntry) ([]bus.Outcome, error)

// New returns the protocol's handler. Requests are not authenticated: the
// handler belongs on a loopback address. Unexpected failures go to log.
func New(deliver Deliver, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, answer := serve(w, r, deliver)
		if status >= http.StatusInternalServerError {
			log.Error("an EventBridge request failed", "answer", string(answer))
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = w.Write(answer) // a client that has gone needs no answer
	})
}

func serve(w http.ResponseWriter, r *http.Request, deliver Deliver) (int, []byte) {
	if got := r.Header.Get("X-Amz-Target"); got != target {
		return failure(http.StatusBadRequest, "UnknownOperationException", "the local Orderloom offers "+target+", not "+got)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return failure(http.StatusBadRequest, "SerializationException", err.Error())
	}
	answer, err := Put(r.Context(), deliver, body)
	switch fault.Code(err) {
	case "":
		return http.StatusOK, answer
	case fault.Invalid, fault.TooLarge:
		return failure(http.StatusBadRequest, "ValidationException", err.Error())
	}
	return failure(http.StatusInternalServerError, "InternalException", err.Error())
}

func failure(status int, kind, message string) (int, []byte) {
	text, _ := json.Marshal(map[string]string{"__type": kind, "message": message}) // texts always encode
	return status, text
}
