// Package gateway stands in for an API Gateway HTTP API: it turns HTTP requests
// into invocations of functions, payload format 2.0.
//
// As on AWS: routes in API Gateway's notation, the most specific one wins, an
// unknown one is a 404, a body over 10 MB a 413, a failed function a 500 and a
// slow one a 503, all without saying why: the log does.
//
// Other than on AWS, because it listens on a person's machine: only requests
// addressed to the machine itself are served, so that no web site can reach it
// by a name that resolves here; a browser may change something only from its
// own pages; and a public host name, for shops behind a tunnel, opens the
// webhooks and nothing else. Paths with "//" or ".." are redirected to their
// clean form.
package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

const (
	maxBody     = 10 << 20         // API Gateway's limit
	maxWait     = 30 * time.Second // API Gateway's limit
	publicPaths = "/hooks/"        // what a public host name opens
)

// Route leads to a function.
type Route struct {
	fn.Route
	Function string // name or id
}

// Routes lists the routes that functions declare.
func Routes(functions []fn.Function) []Route {
	var all []Route
	for _, f := range functions {
		for _, r := range f.Trigger.Routes {
			all = append(all, Route{r, f.ID})
		}
	}
	return all
}

// Invoker invokes functions by name.
type Invoker interface {
	Invoke(ctx context.Context, name string, payload []byte) ([]byte, *fn.LambdaError)
}

// Options of a gateway.
type Options struct {
	Routes     []Route
	Functions  Invoker
	PublicHost string        // host name under which the webhooks are open to the world; "" means none
	Clock      clock.Clock   // default clock.System
	NewID      func() string // ids of requests
	Log        *slog.Logger
}

type gateway struct {
	opts Options
	mux  *http.ServeMux
	site *http.CrossOriginProtection
}

// New returns the gateway's handler. Routes that are wrong or ambiguous are a
// fault.
func New(opts Options) (http.Handler, error) {
	if opts.Clock == nil {
		opts.Clock = clock.System{}
	}
	g := &gateway{opts, http.NewServeMux(), http.NewCrossOriginProtection()}
	for _, r := range opts.Routes {
		if err := g.add(r); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *gateway) add(r Route) (err error) {
	defer func() { // ServeMux panics on patterns that it cannot take
		if p := recover(); p != nil {
			err = fault.New(fault.Invalid, "route %s %s: %v", r.Method, r.Path, p).On(r.Function, "routes")
		}
	}()
	pattern, names := patternOf(r.Route)
	g.mux.Handle(pattern, &endpoint{g, r, names, r.Method + " " + r.Path})
	return nil
}

// patternOf translates API Gateway's notation to net/http's.
func patternOf(r fn.Route) (pattern string, names []string) {
	if r.Path == "$default" {
		return "/", nil
	}
	parts := strings.Split(r.Path, "/")
	for i, part := range parts {
		name, ok := strings.CutPrefix(part, "{")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, "}")
		if rest, greedy := strings.CutSuffix(name, "+"); greedy {
			name, parts[i] = rest, "{"+rest+"...}"
		}
		names = append(names, name)
	}
	pattern = strings.Join(parts, "/")
	if strings.HasSuffix(pattern, "/") {
		pattern += "{$}" // to net/http it would be a whole subtree
	}
	if r.Method != "ANY" {
		pattern = r.Method + " " + pattern
	}
	return pattern, names
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, pattern := g.mux.Handler(r)
	public, ok := g.host(r.Host)
	switch {
	case !ok:
		refuse(w, http.StatusForbidden, fmt.Sprintf("this Orderloom does not answer to the host name %q; --public-host opens the webhooks to one", r.Host))
	case public && !strings.HasPrefix(r.URL.EscapedPath(), publicPaths):
		refuse(w, http.StatusNotFound, "Not Found")
	case !strings.HasPrefix(r.URL.EscapedPath(), publicPaths) && g.site.Check(r) != nil:
		refuse(w, http.StatusForbidden, "a page of another site may not change anything here")
	case pattern == "" && strings.Contains(r.Header.Get("Accept"), "text/html"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, notFoundPage) // a client that has gone needs no answer
	case pattern == "":
		refuse(w, http.StatusNotFound, "Not Found")
	default:
		g.mux.ServeHTTP(w, r)
	}
}

// notFoundPage is for a person who typed an address.
const notFoundPage = `<!doctype html>
<title>Not Found</title>
<p>Nothing is at this address of Orderloom. <a href="/">Orders</a></p>
`

// host reports whether requests to this host are served, and whether it is the
// public one.
func (g *gateway) host(host string) (public, ok bool) {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"))
	switch name {
	case "127.0.0.1", "localhost", "::1":
		return false, true
	case "":
		return false, false
	}
	return true, name == strings.ToLower(g.opts.PublicHost)
}
