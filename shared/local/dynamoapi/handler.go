// Package dynamoapi speaks DynamoDB's protocol over any table.Table, so that
// built Lambda functions, the AWS CLI and the SDKs meet the records of a local
// Orderloom.
//
// It understands exactly what package table/dynamo emits: GetItem,
// BatchGetItem, Query, PutItem, UpdateItem, DeleteItem, TransactWriteItems and
// DescribeTable, with that package's expressions. Anything else is a
// ValidationException that names it. It is no emulator of DynamoDB.
package dynamoapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

const (
	targetPrefix = "DynamoDB_20120810."
	maxBody      = 16 << 20 // DynamoDB's own limit of a request
)

// Handler is the http.Handler of one table.
type Handler struct {
	name  string
	table table.Table
}

// New serves t under a table name; requests for another table are refused as
// on AWS. Expiry is up to the clock of t.
func New(name string, t table.Table) *Handler { return &Handler{name, t} }

// ServeHTTP answers one request of the AWS JSON 1.0 protocol. Signatures are
// not looked at: the port belongs on a loopback address.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var out any
	if err != nil {
		err = invalid("the request cannot be read: %v", err)
	} else {
		out, err = h.serve(r.Context(), r.Header.Get("X-Amz-Target"), body)
	}
	status := http.StatusOK
	if err != nil {
		status, out = failure(err)
	}
	text, err := json.Marshal(out)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"__type":"InternalServerError"}`)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that has gone needs no answer
}

// serve runs one operation.
func (h *Handler) serve(ctx context.Context, target string, body []byte) (any, error) {
	operation, ok := strings.CutPrefix(target, targetPrefix)
	if !ok {
		return nil, &awsError{"UnknownOperationException", "no operation of DynamoDB: " + target, nil}
	}
	switch operation {
	case "GetItem":
		return with(ctx, h, body, (*Handler).getItem)
	case "BatchGetItem":
		return with(ctx, h, body, (*Handler).batchGetItem)
	case "Query":
		return with(ctx, h, body, (*Handler).query)
	case "PutItem":
		return with(ctx, h, body, (*Handler).putItem)
	case "UpdateItem":
		return with(ctx, h, body, (*Handler).updateItem)
	case "DeleteItem":
		return with(ctx, h, body, (*Handler).deleteItem)
	case "TransactWriteItems":
		return with(ctx, h, body, (*Handler).transactWriteItems)
	case "DescribeTable":
		return with(ctx, h, body, (*Handler).describeTable)
	}
	return nil, invalid("the local table does not offer the operation %s", operation)
}

// with decodes the input strictly: a member that is not offered is refused by
// name instead of being overlooked.
func with[In any](ctx context.Context, h *Handler, body []byte, do func(*Handler, context.Context, In) (any, error)) (any, error) {
	var in In
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return nil, invalid("the local table does not understand the request: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, invalid("the request goes on behind its JSON")
	}
	return do(h, ctx, in)
}

func (h *Handler) check(name string) error {
	if name != h.name {
		return &awsError{"ResourceNotFoundException", "Requested resource not found: Table: " + name + " not found", nil}
	}
	return nil
}

// awsError is an error as DynamoDB names it.
type awsError struct {
	kind    string
	message string
	reasons []reason // of TransactionCanceledException
}

type reason struct {
	Code    string `json:"Code"`
	Message string `json:"Message,omitempty"`
}

func (e *awsError) Error() string { return e.kind + ": " + e.message }

func invalid(format string, args ...any) error {
	return &awsError{"ValidationException", fault.New(fault.Invalid, format, args...).Message, nil}
}

// failure returns status and body for an error.
func failure(err error) (int, any) {
	e, ok := errors.AsType[*awsError](err)
	if !ok {
		e = translate(err)
	}
	status := http.StatusBadRequest
	if e.kind == "InternalServerError" {
		status = http.StatusInternalServerError
	}
	body := map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + e.kind, "message": e.message}
	if e.reasons != nil {
		body["CancellationReasons"] = e.reasons
	}
	return status, body
}

// translate names a fault of the table as DynamoDB would.
func translate(err error) *awsError {
	switch fault.Code(err) {
	case fault.Invalid:
		return &awsError{"ValidationException", err.Error(), nil}
	case fault.TooLarge:
		return &awsError{"ValidationException", "Item size has exceeded the maximum allowed size: " + err.Error(), nil}
	case fault.Conflict:
		return &awsError{"TransactionConflictException", err.Error(), nil}
	}
	return &awsError{"InternalServerError", err.Error(), nil}
}
