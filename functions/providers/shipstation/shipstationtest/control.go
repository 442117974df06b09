package shipstationtest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

type failure struct {
	status, times int
	after         bool
}

// Fail makes the next requests fail with a status: so many times, or until
// Fail(0, 0) when times is negative.
func (s *Server) Fail(status, times int) { s.inject(failure{status: status, times: times}) }

// FailAfter is Fail for answers that get lost: the request is carried out.
func (s *Server) FailAfter(status, times int) {
	s.inject(failure{status: status, times: times, after: true})
}

func (s *Server) inject(f failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.times == 0 || f.status == 0 {
		s.failures = nil
		return
	}
	s.failures = append(s.failures, f)
}

// failure takes the next injected failure, the zero value when there is none.
func (s *Server) failure() failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.failures) == 0 {
		return failure{}
	}
	s.stats.Failed++
	f := s.failures[0]
	if s.failures[0].times--; s.failures[0].times == 0 {
		s.failures = s.failures[1:]
	}
	return f
}

// control adds the routes under /_fake/.
func (s *Server) control() {
	s.mux.HandleFunc("POST /_fake/fail", control(func(_ *http.Request, in struct {
		Status int  `json:"status"`
		Times  int  `json:"times"`
		After  bool `json:"after"`
	}) error {
		if in.Status != 0 && (in.Status < 300 || in.Status > 599) {
			return errors.New("status is not one of a failure")
		}
		s.inject(failure{status: in.Status, times: in.Times, after: in.After})
		return nil
	}))
	s.mux.HandleFunc("POST /_fake/ship", control(func(r *http.Request, in struct {
		OrderKey    string `json:"orderKey"`
		OrderNumber string `json:"orderNumber"`
		Lines       []Line `json:"lines"`
	}) error {
		return s.Ship(r.Context(), in.OrderKey, in.OrderNumber, in.Lines...)
	}))
	s.mux.HandleFunc("POST /_fake/auto", control(func(_ *http.Request, in struct {
		Enabled bool `json:"enabled"`
	}) error {
		s.SetAuto(in.Enabled)
		return nil
	}))
	s.mux.HandleFunc("POST /_fake/notify", control(func(r *http.Request, in struct {
		OrderKey string `json:"orderKey"`
		Times    int    `json:"times"`
	}) error {
		return s.Renotify(r.Context(), in.OrderKey, min(max(in.Times, 1), 10_000))
	}))
	s.mux.HandleFunc("GET /_fake/stats", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.Stats()) })
}

func control[T any](do func(*http.Request, T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBodyBytes)).Decode(&in)
		if err == nil || errors.Is(err, io.EOF) {
			err = do(r, in)
		}
		if err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
