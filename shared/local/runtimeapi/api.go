package runtimeapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/lambda"
)

// maxReport bounds what a process may post: a response and a byte more, so that
// a larger one is seen as such.
const maxReport = lambda.MaxResponse + 1

// routes is the Runtime API of one process; ctx ends with it.
func (p *process) routes(ctx context.Context) http.Handler {
	const base = "/2018-06-01/runtime/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"invocation/next", func(w http.ResponseWriter, r *http.Request) { p.next(ctx, w, r) })
	mux.HandleFunc("POST "+base+"invocation/{id}/response", p.response)
	mux.HandleFunc("POST "+base+"invocation/{id}/error", p.failure)
	mux.HandleFunc("POST "+base+"init/error", p.initError)
	return mux
}

// next gives the process its next invocation when there is one.
func (p *process) next(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.came = true
	p.mu.Unlock()
	select {
	case <-ctx.Done():
		return
	case <-r.Context().Done():
		return
	case i := <-p.pool.queue:
		p.begin(i)
		f := p.pool.function
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", i.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(lambda.TimeoutOf(f)).UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", lambda.ARN(fn.PhysicalName(p.pool.runtime.opts.Stack, f.ID)))
		h.Set("Content-Type", "application/json")
		_, _ = w.Write(i.payload) // a process that has gone fails the invocation by its end
	}
}

func (p *process) begin(i *invocation) {
	p.mu.Lock()
	p.current = i
	p.mu.Unlock()
	i.taken <- p
	p.pool.busy(-1)
}

// finish ends the invocation that the process has; false when it has not got
// this one.
func (p *process) finish(id string, o outcome) bool {
	p.mu.Lock()
	i := p.current
	if i == nil || i.id != id {
		p.mu.Unlock()
		return false
	}
	p.current = nil
	p.mu.Unlock()
	p.pool.busy(+1)
	i.end(o)
	return true
}

func (p *process) response(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(io.LimitReader(r.Body, maxReport))
	if err != nil {
		refuse(w, "InvalidRequest", err.Error())
		return
	}
	if !p.finish(r.PathValue("id"), outcome{data: data}) {
		refuse(w, "InvalidRequestID", "no such invocation")
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (p *process) failure(w http.ResponseWriter, r *http.Request) {
	failure := report(r)
	if !p.finish(r.PathValue("id"), outcome{failure: &failure}) {
		refuse(w, "InvalidRequestID", "no such invocation")
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (p *process) initError(w http.ResponseWriter, r *http.Request) {
	failure := report(r)
	p.mu.Lock()
	p.lastWord = failure.ErrorType + ": " + failure.ErrorMessage
	p.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

// report reads an error without its stack, which is nobody's business but the
// log's.
func report(r *http.Request) fn.LambdaError {
	var f fn.LambdaError
	data, err := io.ReadAll(io.LimitReader(r.Body, maxReport))
	if err != nil || json.Unmarshal(data, &f) != nil || f.ErrorType == "" {
		f.ErrorType = r.Header.Get("Lambda-Runtime-Function-Error-Type")
	}
	if f.ErrorType == "" {
		f.ErrorType = "Runtime.Unknown"
	}
	return f
}

func refuse(w http.ResponseWriter, kind, message string) {
	text, _ := json.Marshal(fn.LambdaError{ErrorType: kind, ErrorMessage: message}) // texts always encode
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write(text)
}
