package s3api

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/blob/folder"
)

func newHandler(t *testing.T) *Handler {
	t.Helper()
	s, err := folder.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return New("documents", s)
}

func call(h http.Handler, method, target, body string, headers ...string) (int, string) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestObjectsByPath(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for _, c := range []struct {
		method, target, body string
		status               int
		says                 string
	}{
		{"PUT", "/documents/a/b%20c?x-id=PutObject", "hello", 200, ""},
		{"GET", "/documents/a/b%20c?x-id=GetObject", "", 200, "hello"},
		{"GET", "/documents?list-type=2&encoding-type=url", "", 200, "<Contents><Key>a/b+c</Key></Contents>"},
		{"GET", "/documents/?list-type=2&max-keys=1", "", 200, "<IsTruncated>true</IsTruncated><NextContinuationToken>a/b c</NextContinuationToken>"},
		{"GET", "/documents/?list-type=2&continuation-token=a/b%20c", "", 200, "<KeyCount>0</KeyCount>"},
		{"DELETE", "/documents/a/b%20c", "", 204, ""},
		{"GET", "/documents/a/b%20c", "", 404, "<Code>NoSuchKey</Code>"},
		{"GET", "/other/a", "", 404, "<Code>NoSuchBucket</Code>"},
		{"GET", "/documents/a/../b", "", 400, "<Code>InvalidArgument</Code>"},
		{"GET", "/documents/%2e%2e/b", "", 400, "<Code>InvalidArgument</Code>"},
		{"GET", "/documents?list-type=2&max-keys=x", "", 400, "max-keys"},
		{"GET", "/documents?list-type=2&delimiter=/", "", 501, "delimiter"},
		{"GET", "/documents?list-type=1", "", 501, "list-type=1"},
		{"GET", "/documents/a?acl", "", 501, "acl"},
		{"POST", "/documents/a?uploads", "", 501, "uploads"},
		{"HEAD", "/documents/a", "", 501, "HEAD"},
		{"PUT", "/documents", "", 501, "PUT"},
	} {
		status, body := call(h, c.method, c.target, c.body)
		if status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s %s: %d %s\nwant %d with %s", c.method, c.target, status, body, c.status, c.says)
		}
	}
}

func TestChunksArePutTogetherAndChecked(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	const good = "3;chunk-signature=00\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
	put := func(body string) (int, string) {
		return call(h, "PUT", "/documents/k", body, "X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding", "aws-chunked")
	}
	if status, body := put(good); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	for name, c := range map[string][2]string{
		"another checksum":  {strings.Replace(good, "NhCm", "AAAA", 1), "BadDigest"},
		"truncated":         {good[:len(good)/2], "IncompleteBody"},
		"no last chunk":     {"3\r\nhel\r\n", "IncompleteBody"},
		"length too large":  {strings.Replace(good, "3;", "4;", 1), "IncompleteBody"},
		"length no number":  {strings.Replace(good, "3;", "x;", 1), "IncompleteBody"},
		"length enormous":   {strings.Replace(good, "3;", "ffffffff;", 1), "IncompleteBody"},
		"trailer no header": {strings.Replace(good, "crc32:", "crc32 ", 1), "IncompleteBody"},
		"no chunks at all":  {"hello", "IncompleteBody"},
	} {
		if status, body := put(c[0]); status != 400 || !strings.Contains(body, c[1]) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if _, body := call(h, "GET", "/documents/k", ""); body != "hello" {
		t.Errorf("stored %q", body)
	}
}

func TestPlainBodyIsChecked(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for _, header := range [][2]string{{"X-Amz-Checksum-Crc32", "AAAAAA=="}, {"X-Amz-Content-Sha256", strings.Repeat("0", 64)}} {
		if status, body := call(h, "PUT", "/documents/k", "hello", header[0], header[1]); status != 400 || !strings.Contains(body, "BadDigest") {
			t.Errorf("%s: %d %s", header[0], status, body)
		}
	}
	if status, body := call(h, "PUT", "/documents/k", "hello", "X-Amz-Copy-Source", "/x/y"); status != 501 || !strings.Contains(body, "Copy-Source") {
		t.Errorf("copy: %d %s", status, body)
	}
	if status, _ := call(h, "GET", "/documents/k", ""); status != 404 {
		t.Error("a refused object was stored")
	}
	if status, body := call(h, "PUT", "/documents/k", strings.Repeat("x", 16<<20+1)); status != 400 || !strings.Contains(body, "EntityTooLarge") {
		t.Errorf("%d %s", status, body)
	}
}

func FuzzUnchunk(f *testing.F) {
	f.Add("3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n")
	f.Add("0\r\n\r\n")
	f.Add("5;chunk-signature=x\r\nhello\r\n0;chunk-signature=y\r\n\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		data, _, err := unchunk(bufio.NewReader(strings.NewReader(body)))
		if err != nil && data != nil {
			t.Error("half a body was returned")
		}
		if len(data) > len(body) {
			t.Errorf("%d bytes out of %d", len(data), len(body))
		}
	})
}
