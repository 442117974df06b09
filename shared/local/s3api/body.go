package s3api

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/blob"
)

// readBody returns the object of a PUT: its checksums hold, its chunks are put
// together. Larger than a document is an error.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	// Chunk headers and trailers come on top of the object.
	raw := http.MaxBytesReader(w, r.Body, blob.MaxBytes+blob.MaxBytes/8)
	trailers := http.Header{}
	var data []byte
	var err error
	hash := r.Header.Get("X-Amz-Content-Sha256")
	if chunked(r) {
		data, trailers, err = unchunk(bufio.NewReader(raw))
	} else {
		data, err = io.ReadAll(raw)
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge || len(data) > blob.MaxBytes {
		return nil, &awsError{status: http.StatusBadRequest, Code: "EntityTooLarge", Message: "the object is larger than " + strconv.Itoa(blob.MaxBytes) + " bytes"}
	}
	if err != nil {
		return nil, &awsError{status: http.StatusBadRequest, Code: "IncompleteBody", Message: err.Error()}
	}
	if sum := sha256.Sum256(data); len(hash) == 64 && !strings.EqualFold(hash, hex.EncodeToString(sum[:])) {
		return nil, badDigest("X-Amz-Content-Sha256")
	}
	const crc = "X-Amz-Checksum-Crc32"
	for _, want := range []string{r.Header.Get(crc), trailers.Get(crc)} {
		if want != "" && want != checksum(data) {
			return nil, badDigest(crc)
		}
	}
	return data, nil
}

func badDigest(header string) error {
	return &awsError{status: http.StatusBadRequest, Code: "BadDigest", Message: "the object does not match " + header}
}

func chunked(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") ||
		strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked")
}

var errChunk = errors.New("the body is not in aws-chunked form")

// unchunk reads the aws-chunked form: chunks of "<hex length>[;extension]\r\n
// <bytes>\r\n" until one of length 0, then "name:value\r\n" trailers and an
// empty line. Chunk signatures are not looked at.
func unchunk(r *bufio.Reader) (data []byte, trailers http.Header, err error) {
	for {
		head, err := line(r)
		if err != nil {
			return nil, nil, err
		}
		text, _, _ := strings.Cut(head, ";")
		n, err := strconv.ParseUint(text, 16, 32)
		if err != nil || n > blob.MaxBytes+1 {
			return nil, nil, errChunk
		}
		if n == 0 {
			trailers, err := readTrailers(r)
			if err != nil {
				return nil, nil, err // half a body is none
			}
			return data, trailers, nil
		}
		chunk, err := io.ReadAll(io.LimitReader(r, int64(n)))
		if err != nil {
			return nil, nil, err
		}
		if end, err := line(r); uint64(len(chunk)) != n || err != nil || end != "" {
			return nil, nil, errors.Join(errChunk, err)
		}
		data = append(data, chunk...)
	}
}

func readTrailers(r *bufio.Reader) (http.Header, error) {
	trailers := http.Header{}
	for range 16 {
		text, err := line(r)
		if text == "" && (err == nil || errors.Is(err, io.EOF)) {
			return trailers, nil
		}
		name, value, ok := strings.Cut(text, ":")
		if err != nil || !ok {
			return nil, errors.Join(errChunk, err)
		}
		trailers.Set(name, strings.TrimSpace(value))
	}
	return nil, errChunk
}

// line reads up to "\r\n", which it drops.
func line(r *bufio.Reader) (string, error) {
	text, err := r.ReadSlice('\n') // no longer than the reader's buffer
	if err != nil {
		return "", err
	}
	s, ok := strings.CutSuffix(string(text), "\r\n")
	if !ok {
		return "", errChunk
	}
	return s, nil
}
