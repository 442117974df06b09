// Package webhooktest is a fake of a service that takes signed webhooks, for
// tests and the local host. It refuses what is not signed, keeps what it was
// posted once by its idempotency key, and answers with a score.
package webhooktest

import (
	"crypto/hmac"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/orderloom/orderloom/functions/providers/webhook"
	"github.com/orderloom/orderloom/shared/clock"
)

// Post is what was posted.
type Post struct {
	Path string          `json:"path"`
	Key  string          `json:"key"`
	Body json.RawMessage `json:"body"`
}

// Options of the service. Clock and Secret are required.
type Options struct {
	Clock  clock.Clock
	Secret string
	Score  func(body []byte) float64 // of what is posted; nil: 0.5
}

// Server is the service.
type Server struct {
	opts Options

	mu     sync.Mutex
	posts  []Post
	status int // of the next answers
	times  int // how many
}

// New makes a service.
func New(o Options) *Server {
	if o.Score == nil {
		o.Score = func([]byte) float64 { return 0.5 }
	}
	return &Server{opts: o}
}

// Limits of the service.
const (
	maxBody = 1 << 20
	maxAge  = 5 * time.Minute // of a signature
)

// ServeHTTP takes a post.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_fake/") {
		s.control(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	switch {
	case err != nil:
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
		return
	case !s.signed(r.Header.Get(webhook.SignatureHeader), body):
		http.Error(w, "the signature is wrong or old", http.StatusUnauthorized)
		return
	}
	if status := s.keep(Post{r.URL.Path, r.Header.Get(webhook.KeyHeader), body}); status != 0 {
		http.Error(w, "as asked for", status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]float64{"score": s.opts.Score(body)}) // who went away does not read it
}

// signed verifies a signature and its age.
func (s *Server) signed(header string, body []byte) bool {
	t, _, _ := strings.Cut(strings.TrimPrefix(header, "t="), ",")
	seconds, err := strconv.ParseInt(t, 10, 64)
	age := s.opts.Clock.Now().Sub(time.Unix(seconds, 0)).Abs()
	return err == nil && age <= maxAge && hmac.Equal([]byte(header), []byte(webhook.Sign(s.opts.Secret, seconds, body)))
}

// keep remembers a post, unless it is to fail or was there already.
func (s *Server) keep(p Post) (status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times > 0 {
		s.times--
		return s.status
	}
	for _, known := range s.posts {
		if known.Key == p.Key {
			return 0
		}
	}
	s.posts = append(s.posts, p)
	return 0
}

// Fail makes the next requests fail with a status; 0 times ends it.
func (s *Server) Fail(status, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.times = status, times
}

// Posts returns what was posted, each once.
func (s *Server) Posts() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Post(nil), s.posts...)
}

// control steers the service from outside its process.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == "/_fake/posts" {
		_ = json.NewEncoder(w).Encode(s.Posts()) // who went away does not read it
		return
	}
	var in struct{ Status, Times int }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&in); err != nil || r.URL.Path != "/_fake/fail" || in.Status != 0 && (in.Status < 300 || in.Status > 599) {
		http.Error(w, `POST /_fake/fail takes {"status": 300 to 599, "times": n}`, http.StatusBadRequest)
		return
	}
	s.Fail(in.Status, in.Times)
	w.WriteHeader(http.StatusNoContent)
}
