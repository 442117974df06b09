package shopifytest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

type failure struct {
	status, times int
	after         bool
	throttle      bool
}

// Fail makes the next requests fail with a status: so many times, or until
// Fail(0, 0) when times is negative.
func (s *Server) Fail(status, times int) { s.inject(failure{status: status, times: times}) }

// FailAfter is Fail for answers that get lost: the request is carried out.
func (s *Server) FailAfter(status, times int) {
	s.inject(failure{status: status, times: times, after: true})
}

// Throttle makes the next requests meet the shop's limit of query costs, which
// is an answer with status 200.
func (s *Server) Throttle(times int) { s.inject(failure{times: times, throttle: true}) }

func (s *Server) inject(f failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.times == 0 || (f.status == 0 && !f.throttle) {
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
		Status   int  `json:"status"`
		Times    int  `json:"times"`
		After    bool `json:"after"`
		Throttle bool `json:"throttle"`
	}) error {
		if in.Status != 0 && (in.Status < 300 || in.Status > 599) {
			return errors.New("status is not one of a failure")
		}
		s.inject(failure{status: in.Status, times: in.Times, after: in.After, throttle: in.Throttle})
		return nil
	}))
	s.mux.HandleFunc("POST /_fake/fulfill", control(func(_ *http.Request, in struct {
		Order    string `json:"order"`
		Tracking string `json:"tracking"`
		Lines    []Line `json:"lines"`
	}) error {
		return s.FulfillByHand(in.Order, in.Tracking, in.Lines...)
	}))
	s.mux.HandleFunc("POST /_fake/hold", control(func(_ *http.Request, in struct {
		Order string `json:"order"`
		On    bool   `json:"on"`
	}) error {
		s.Hold(in.Order, in.On)
		return nil
	}))
	// The body of a webhook makes the shop know its order; with a topic it is
	// also sent.
	s.mux.HandleFunc("POST /_fake/orders", control(func(r *http.Request, in json.RawMessage) error {
		if topic := r.URL.Query().Get("topic"); topic != "" {
			return s.Place(r.Context(), topic, in)
		}
		return s.Add(in)
	}))
	s.mux.HandleFunc("GET /_fake/fulfillments/{order}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, append([]Fulfillment{}, s.Fulfillments(r.PathValue("order"))...))
	})
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
			answer(w, http.StatusBadRequest, map[string]string{"errors": err.Error()})
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
