// Package port is the one local address behind which the AWS protocols of a
// local Orderloom are found: it tells services apart as AWS does by host name,
// here by what a request says about itself.
//
// Requests are not authenticated. What stands in for it: the port listens on
// loopback, answers only to names of the machine itself, so that no web site
// can reach it by a name that resolves here, and refuses what a browser sends
// for a page: invoking a function is a plain POST, which any page may try.
package port

import (
	"encoding/json"
	"encoding/xml"
	"net"
	"net/http"
	"strings"

	"github.com/orderloom/orderloom/shared/local/lambdaapi"
)

// maxBody bounds a request: the largest object of the bucket, and its framing.
// Each service has its own, lower limit.
const maxBody = 20 << 20

// Services are the handlers behind the port; nil ones are not offered.
type Services struct {
	States  http.Handler // Step Functions
	Table   http.Handler // DynamoDB
	Bucket  http.Handler // S3
	Events  http.Handler // EventBridge
	Lambda  http.Handler
	Secrets http.Handler // Secrets Manager
}

// New returns the port's handler.
func New(s Services) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, name := s.of(r)
		switch {
		case !Loopback(r.Host):
			refuse(w, r, http.StatusForbidden, "AccessDeniedException", "the local AWS port answers to 127.0.0.1 and localhost, not to "+r.Host)
		case fromPage(r):
			refuse(w, r, http.StatusForbidden, "AccessDeniedException", "a web page may not use the local AWS port")
		case h == nil:
			refuse(w, r, http.StatusBadRequest, "UnknownOperationException",
				"the local Orderloom offers parts of Step Functions, EventBridge, Lambda, DynamoDB, S3 and Secrets Manager; there is no "+name+" here")
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			h.ServeHTTP(w, r)
		}
	})
}

// of finds a request's service: JSON protocols name their operation, Lambda has
// its path, S3 is what the signature says it is.
func (s Services) of(r *http.Request) (h http.Handler, name string) {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		prefix, _, _ := strings.Cut(target, ".")
		return map[string]http.Handler{
			"AWSStepFunctions": s.States, "DynamoDB_20120810": s.Table, "AWSEvents": s.Events, "secretsmanager": s.Secrets,
		}[prefix], target
	}
	if strings.HasPrefix(r.URL.Path, lambdaapi.PathPrefix) {
		return s.Lambda, "service lambda"
	}
	service := signedFor(r)
	if service == "s3" {
		return s.Bucket, "service s3"
	}
	return nil, "service " + service
}

// signedFor reads the service from the credential scope
// "<key>/<date>/<region>/<service>/aws4_request" of a signature.
func signedFor(r *http.Request) string {
	scope := r.URL.Query().Get("X-Amz-Credential")
	if _, after, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		scope, _, _ = strings.Cut(after, ",")
	}
	parts := strings.Split(scope, "/")
	if len(parts) < 5 {
		return ""
	}
	return parts[len(parts)-2]
}

// fromPage reports whether a browser sent the request for a web page; SDKs and
// the AWS CLI never set these headers.
func fromPage(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return r.Header.Get("Origin") != "" || (site != "" && site != "none")
}

// Loopback reports whether a Host header names this machine itself.
func Loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	return host == "127.0.0.1" || host == "localhost" || host == "::1"
}

// xmlError is an error as services of the query protocol and S3 write it.
type xmlError struct {
	XMLName xml.Name `xml:"ErrorResponse"`
	Type    string   `xml:"Error>Type"`
	Code    string   `xml:"Error>Code"`
	Message string   `xml:"Error>Message"`
}

// refuse answers in the shape that the caller's protocol understands.
func refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	kind := r.Header.Get("Content-Type")
	if strings.HasPrefix(kind, "application/x-www-form-urlencoded") || signedFor(r) == "s3" {
		text, _ := xml.Marshal(xmlError{Type: "Sender", Code: code, Message: message}) // texts always encode
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		_, _ = w.Write(text)
		return
	}
	if !strings.HasPrefix(kind, "application/x-amz-json") {
		kind = "application/json"
	}
	text, _ := json.Marshal(map[string]string{"__type": code, "message": message}) // texts always encode
	w.Header().Set("X-Amzn-Errortype", code)
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
