package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// MaxResponseBytes bounds what a service may answer.
const MaxResponseBytes = 8 << 20

// Client speaks to one instance's host and to no other: a URL that an outside
// document names is followed only when it is on that host. It does not retry;
// the state machine does, where people see it.
type Client struct {
	base     *url.URL
	http     fn.Doer
	instance string
}

// NewClient reads the instance's parameter "baseUrl".
func NewClient(d fn.Deps, in Instance) (*Client, error) {
	raw, err := in.Parameter("baseUrl")
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(raw)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fault.New(fault.Misconfigured, "baseUrl is not an http(s) address").On(in.ID, "parameters.baseUrl").Got(raw)
	}
	return &Client{base: base, http: d.HTTP, instance: in.ID}, nil
}

// JSON sends a request with an optional JSON body and decodes the answer into
// out (nil to drop it). ref is a path below baseUrl or an absolute address on
// the same host. Faults: Provider.Unavailable for network errors, 408, 429 and
// 5xx; Provider.Refused for any other answer that is not 2xx.
func (c *Client) JSON(ctx context.Context, method, ref string, header map[string]string, in, out any) error {
	target, err := c.resolve(ref)
	if err != nil {
		return err
	}
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return fault.Wrap(err, fault.Internal, "encoding the request")
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, target.String(), body)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "building the request")
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	return c.send(req, out)
}

func (c *Client) send(req *http.Request, out any) error {
	res, err := c.http.Do(req)
	if err != nil {
		return fault.New(fault.Unavailable, "%s %s did not answer: %v", req.Method, req.URL.Path, rootCause(err)).On(c.instance, "")
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, MaxResponseBytes+1))
	if err != nil {
		return fault.New(fault.Unavailable, "%s %s broke off: %v", req.Method, req.URL.Path, rootCause(err)).On(c.instance, "")
	}
	if len(data) > MaxResponseBytes {
		return fault.New(fault.Refused, "answer of %s exceeds %d bytes", req.URL.Path, MaxResponseBytes).On(c.instance, "")
	}
	if res.StatusCode/100 != 2 {
		code := fault.Refused
		if res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusRequestTimeout {
			code = fault.Unavailable
		}
		return fault.New(code, "%s %s answered %d: %s", req.Method, req.URL.Path, res.StatusCode, excerpt(data)).On(c.instance, "")
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fault.Wrap(err, fault.Refused, "answer of %s is not the expected JSON", req.URL.Path).On(c.instance, "")
	}
	return nil
}

// resolve refuses every address that is not on the instance's own host.
func (c *Client) resolve(ref string) (*url.URL, error) {
	u, err := url.Parse(ref)
	if err != nil {
		return nil, fault.New(fault.Invalid, "not an address").On(c.instance, "url").Got(ref)
	}
	if u.IsAbs() || u.Host != "" {
		if u.Scheme != c.base.Scheme || !strings.EqualFold(u.Host, c.base.Host) || u.User != nil {
			return nil, fault.New(fault.Invalid, "address is not on the instance's own host %s", c.base.Host).On(c.instance, "url").Got(ref)
		}
		return u, nil
	}
	joined := *c.base
	joined.Path = strings.TrimSuffix(c.base.Path, "/") + "/" + strings.TrimPrefix(u.Path, "/")
	joined.RawQuery = u.RawQuery
	return &joined, nil
}

// rootCause drops *url.Error's text, which repeats the whole address and with
// it whatever a query may hold.
func rootCause(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func excerpt(data []byte) string {
	return strings.ToValidUTF8(string(data[:min(len(data), 200)]), "")
}
