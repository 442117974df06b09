// Package s3api speaks S3's protocol over a blob.Store, so that built Lambda
// functions, the AWS CLI and the SDKs meet the documents of a local Orderloom.
//
// It offers what package blob/s3 emits: PutObject, GetObject, DeleteObject and
// ListObjectsV2 on one bucket, addressed by path. Anything else is a
// NotImplemented error that names it. It keeps the bytes it is given: that
// adapter has compressed them already.
package s3api

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"hash/crc32"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/fault"
)

// Handler is the http.Handler of one bucket.
type Handler struct {
	bucket string
	store  blob.Store
}

// New serves store as a bucket. A request is at most blob.MaxBytes and a key
// is as blob.ValidateKey wants it.
func New(bucket string, store blob.Store) *Handler { return &Handler{bucket, store} }

// ServeHTTP answers one request. Signatures are not looked at: the port belongs
// on a loopback address.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.serve(w, r); err != nil {
		e, ok := errors.AsType[*awsError](err)
		if !ok {
			e = translate(err)
		}
		writeXML(w, e.status, e)
	}
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if bucket != h.bucket {
		return &awsError{status: http.StatusNotFound, Code: "NoSuchBucket", Message: "there is only the bucket " + h.bucket}
	}
	query := r.URL.Query()
	query.Del("x-id") // the SDK's note of the operation's name
	switch {
	case r.Method == http.MethodGet && key == "" && query.Get("list-type") == "2":
		return h.list(w, r, query)
	case key == "" || len(query) > 0:
		return notOffered(r.Method + " " + r.URL.RequestURI())
	case r.Method == http.MethodPut:
		return h.put(w, r, key)
	case r.Method == http.MethodGet:
		return h.get(w, r, key)
	case r.Method == http.MethodDelete:
		if err := h.store.Delete(r.Context(), key); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return notOffered(r.Method + " of an object")
}

func (h *Handler) put(w http.ResponseWriter, r *http.Request, key string) error {
	for _, header := range []string{"X-Amz-Copy-Source", "If-Match", "If-None-Match"} {
		if r.Header.Get(header) != "" {
			return notOffered(header)
		}
	}
	data, err := readBody(w, r)
	if err != nil {
		return err
	}
	if err := h.store.Put(r.Context(), key, data); err != nil {
		return err
	}
	w.Header().Set("ETag", etag(data))
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h *Handler) get(w http.ResponseWriter, r *http.Request, key string) error {
	if r.Header.Get("Range") != "" {
		return notOffered("Range")
	}
	data, err := h.store.Get(r.Context(), key)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Header().Set("ETag", etag(data))
	w.Header().Set("X-Amz-Checksum-Crc32", checksum(data))
	_, _ = w.Write(data) // a client that has gone needs no answer
	return nil
}

// etag identifies the content; S3 promises no more of it.
func etag(data []byte) string {
	return `"` + strconv.FormatUint(uint64(crc32.ChecksumIEEE(data)), 16) + `"`
}

// checksum is S3's CRC32 header.
func checksum(data []byte) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(data)))
}

type listResult struct {
	XMLName      xml.Name  `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name         string    `xml:"Name"`
	Prefix       string    `xml:"Prefix"`
	StartAfter   string    `xml:"StartAfter,omitempty"`
	MaxKeys      int       `xml:"MaxKeys"`
	KeyCount     int       `xml:"KeyCount"`
	EncodingType string    `xml:"EncodingType,omitempty"`
	IsTruncated  bool      `xml:"IsTruncated"`
	Next         string    `xml:"NextContinuationToken,omitempty"`
	Contents     []content `xml:"Contents"`
}

type content struct {
	Key string `xml:"Key"`
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, query url.Values) error {
	for name := range query {
		switch name {
		case "list-type", "prefix", "start-after", "max-keys", "continuation-token", "encoding-type":
		default:
			return notOffered("the list parameter " + name)
		}
	}
	limit := blob.MaxList
	if text := query.Get("max-keys"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return &awsError{status: http.StatusBadRequest, Code: "InvalidArgument", Message: "max-keys is no positive number"}
		}
		limit = min(n, limit)
	}
	// The continuation token is simply the last key of the page before.
	prefix, after := query.Get("prefix"), max(query.Get("start-after"), query.Get("continuation-token"))
	keys, err := h.store.List(r.Context(), prefix, after, limit)
	if err != nil {
		return err
	}
	out := listResult{Name: h.bucket, Prefix: prefix, StartAfter: query.Get("start-after"), MaxKeys: limit,
		KeyCount: len(keys), EncodingType: query.Get("encoding-type"), IsTruncated: len(keys) == limit}
	if out.IsTruncated {
		out.Next = keys[len(keys)-1]
	}
	encode := func(s string) string { return s }
	if out.EncodingType == "url" {
		encode = func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "/") }
	}
	out.Prefix, out.StartAfter = encode(out.Prefix), encode(out.StartAfter)
	for _, key := range keys {
		out.Contents = append(out.Contents, content{encode(key)})
	}
	writeXML(w, http.StatusOK, out)
	return nil
}

// awsError is an error as S3 writes it.
type awsError struct {
	XMLName xml.Name `xml:"Error"`
	status  int
	Code    string `xml:"Code"`
	Message string `xml:"Message"`
}

func (e *awsError) Error() string { return e.Code + ": " + e.Message }

func notOffered(what string) error {
	return &awsError{status: http.StatusNotImplemented, Code: "NotImplemented", Message: "the local bucket does not offer " + what}
}

func translate(err error) *awsError {
	e := &awsError{status: http.StatusInternalServerError, Code: "InternalError", Message: err.Error()}
	switch fault.Code(err) {
	case fault.NotFound:
		e.status, e.Code = http.StatusNotFound, "NoSuchKey"
	case fault.Invalid:
		e.status, e.Code = http.StatusBadRequest, "InvalidArgument"
	case fault.TooLarge:
		e.status, e.Code = http.StatusBadRequest, "EntityTooLarge"
	}
	return e
}

func writeXML(w http.ResponseWriter, status int, body any) {
	text, err := xml.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte("<Error><Code>InternalError</Code></Error>")
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write(append([]byte(xml.Header), text...)) // a client that has gone needs no answer
}
