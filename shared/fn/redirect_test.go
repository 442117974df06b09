package fn_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fn"
)

func TestClientsStayOnTheirHostAndPostOnce(t *testing.T) {
	t.Parallel()
	reached := map[string]int{}
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached["other"]++ }))
	t.Cleanup(other.Close)
	mux := http.NewServeMux()
	mux.HandleFunc("/here", func(http.ResponseWriter, *http.Request) { reached["here"]++ })
	mux.HandleFunc("/to-here", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/here", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	client := server.Client()
	client.CheckRedirect = fn.StayOnHost
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/to-here", 200}, {"POST", "/to-here", 302}, {"GET", "/away", 307}, {"POST", "/away", 307}, {"GET", "/round", 302},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatalf("%s %s: %v", c.method, c.path, err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != c.status {
			t.Errorf("%s %s answers %d, want %d", c.method, c.path, res.StatusCode, c.status)
		}
	}
	if reached["other"] != 0 || reached["here"] != 1 {
		t.Errorf("reached %v", reached)
	}
}
