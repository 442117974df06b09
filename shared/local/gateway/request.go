package gateway

import (
	"encoding/base64"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

const (
	stage      = "$default"
	timeLayout = "02/Jan/2006:15:04:05 -0700"
)

// request is the event that API Gateway would send.
func (e *endpoint) request(r *http.Request, body []byte) events.APIGatewayV2HTTPRequest {
	now := e.opts.Clock.Now()
	in := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: e.key, RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery,
		Cookies: cookies(r), Headers: headers(r), QueryStringParameters: query(r.URL.Query()), PathParameters: e.parameters(r),
	}
	in.Body, in.IsBase64Encoded = encode(body, r.Header.Get("Content-Type"))
	in.RequestContext = events.APIGatewayV2HTTPRequestContext{
		RouteKey: e.key, AccountID: "000000000000", Stage: stage, APIID: "local",
		DomainName: r.Host, DomainPrefix: "local", Time: now.Format(timeLayout), TimeEpoch: now.UnixMilli(),
		HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
			Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: sourceIP(r), UserAgent: r.UserAgent(),
		},
	}
	if e.opts.NewID != nil {
		in.RequestContext.RequestID = e.opts.NewID()
	}
	return in
}

func (e *endpoint) parameters(r *http.Request) map[string]string {
	if len(e.names) == 0 {
		return nil
	}
	all := make(map[string]string, len(e.names))
	for _, name := range e.names {
		all[name] = r.PathValue(name)
	}
	return all
}

// headers are lower-case, with the values of one name joined; cookies have
// their own place.
func headers(r *http.Request) map[string]string {
	all := make(map[string]string, len(r.Header)+2)
	for name, values := range r.Header {
		if name != "Cookie" {
			all[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	all["host"] = r.Host
	if all["x-forwarded-for"] == "" {
		all["x-forwarded-for"] = sourceIP(r)
	}
	return all
}

func cookies(r *http.Request) []string {
	var all []string
	for _, line := range r.Header.Values("Cookie") {
		for cookie := range strings.SplitSeq(line, ";") {
			all = append(all, strings.TrimSpace(cookie))
		}
	}
	return all
}

func query(values url.Values) map[string]string {
	if len(values) == 0 {
		return nil
	}
	all := make(map[string]string, len(values))
	for name, v := range values {
		all[name] = strings.Join(v, ",")
	}
	return all
}

// encode passes texts on as they are and everything else as base64. A text that
// is not UTF-8 would lose bytes that its signature covers.
func encode(body []byte, contentType string) (text string, isBase64 bool) {
	if len(body) == 0 || (textual(contentType) && utf8.Valid(body)) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

func textual(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch kind {
	case "application/json", "application/javascript", "application/xml":
		return true
	}
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml")
}

func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
