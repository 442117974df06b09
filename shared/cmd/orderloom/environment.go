package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/local/port"
)

// environments says where other Orderlooms are:
//
//	{"staging": {"url": "https://staging.example.com", "token": "env:STAGING_TOKEN"}}
//
// The token, sent as Authorization: Bearer, stands in an environment variable
// (env:NAME) or in a file (file:PATH), never here.
type environments map[string]environment

type environment struct {
	URL   string `json:"url"`
	Token string `json:"token,omitempty"`
}

// hereName is the Orderloom that runs on the data folder.
const hereName = "local"

// at finds an Orderloom by name or address.
func (s *session) at(name, file string) (*client, error) {
	if name == hereName {
		return s.client()
	}
	e := environment{URL: name}
	if !strings.Contains(name, "://") {
		all, err := readEnvironments(file)
		if err != nil {
			return nil, err
		}
		var ok bool
		if e, ok = all[name]; !ok {
			return nil, fault.New(fault.NotFound, "%s has no environment %q", file, name).Do("Give its address, or " + hereName + " for the one that runs here")
		}
	}
	return s.remote(name, e)
}

func readEnvironments(file string) (environments, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Misconfigured, "reading the environments")
	}
	var all environments
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fault.Wrap(err, fault.Misconfigured, "%s is no list of environments", file).Do(`It is an object: name → {"url": …, "token": "env:NAME" or "file:PATH"}`)
	}
	return all, nil
}

// remote is the client of an Orderloom elsewhere.
func (s *session) remote(name string, e environment) (*client, error) {
	u, err := url.Parse(e.URL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil {
		return nil, fault.New(fault.Misconfigured, "the address of environment %q is no URL without credentials", name).On(name, "url")
	}
	token, err := secretOf(name, e.Token)
	if err != nil {
		return nil, err
	}
	if token != "" && u.Scheme == "http" && !port.Loopback(u.Host) {
		return nil, fault.New(fault.Misconfigured, "the token of environment %q would be sent in the clear", name).On(name, "url").Do("Use https")
	}
	c := httpClient()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a token goes nowhere else
	c.Transport = bearer(token)
	return &client{s, world.Endpoints{Console: strings.TrimSuffix(e.URL, "/")}, c}, nil
}

// secretOf reads a token from where a reference says.
func secretOf(name, reference string) (string, error) {
	kind, at, _ := strings.Cut(reference, ":")
	token := ""
	switch {
	case reference == "":
		return "", nil
	case kind == "env":
		token = os.Getenv(at)
	case kind == "file":
		data, err := os.ReadFile(at)
		if err != nil {
			return "", fault.Wrap(err, fault.Misconfigured, "reading the token of environment %q", name)
		}
		token = strings.TrimSpace(string(data))
	default:
		return "", fault.New(fault.Misconfigured, "the token of environment %q is no reference", name).On(name, "token").Do("Write env:NAME or file:PATH; the token itself does not belong there")
	}
	if token == "" {
		return "", fault.New(fault.Misconfigured, "the token of environment %q is empty", name).On(name, "token").Got(reference)
	}
	return token, nil
}

// bearer sends a token with every request.
type bearer string

func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	if b != "" {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+string(b))
	}
	return http.DefaultTransport.RoundTrip(req)
}
