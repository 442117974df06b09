// Package fault is the one error type that crosses Orderloom's boundaries.
//
// A fault says what failed, on which record and field, why, and what to do.
// Its Code is an Amazon States Language error name ("Provider.Unavailable"):
// a Lambda function reports it as its error type, so that Retry and Catch of a
// state machine match it, and an HTTP route maps it to a status.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Error is one failure. Only Code and Message are required.
type Error struct {
	Code    string `json:"code"`             // ASL error name, e.g. "Order.Conflict"
	Message string `json:"message"`          // what failed and why, one sentence
	Record  string `json:"record,omitempty"` // id of the record it failed on
	Field   string `json:"field,omitempty"`  // path of the field in that record
	Value   string `json:"value,omitempty"`  // the offending value, shortened; never a secret
	Hint    string `json:"hint,omitempty"`   // what a person can do about it
	Data    any    `json:"data,omitempty"`   // structured explanation, e.g. policy results
	Err     error  `json:"-"`                // the underlying error, if any
}

// New returns a fault with a formatted message.
func New(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns a fault caused by err; its message ends with err's text.
func Wrap(err error, code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...) + ": " + err.Error(), Err: err}
}

// On names the record and field and returns the same fault.
func (e *Error) On(record, field string) *Error { e.Record, e.Field = record, field; return e }

// Got keeps the offending value, shortened to 80 bytes, and returns the same fault.
func (e *Error) Got(value any) *Error {
	s := fmt.Sprint(value)
	if len(s) > 80 {
		s = strings.ToValidUTF8(s[:80], "") + "…"
	}
	e.Value = s
	return e
}

// Do says what a person can do about it and returns the same fault.
func (e *Error) Do(hint string) *Error { e.Hint = hint; return e }

// With attaches structured data and returns the same fault.
func (e *Error) With(data any) *Error { e.Data = data; return e }

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code + ": " + e.Message)
	if e.Record != "" {
		b.WriteString(" (record " + e.Record + ")")
	}
	if e.Field != "" {
		b.WriteString(" (field " + e.Field)
		if e.Value != "" {
			b.WriteString(" = " + e.Value)
		}
		b.WriteString(")")
	}
	if e.Hint != "" {
		b.WriteString(". " + e.Hint)
	}
	return b.String()
}

// Unwrap gives errors.Is and errors.As the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// Code returns the code of the first fault in err's chain, "" for nil, and
// Internal for an error that is not a fault.
func Code(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Code
	}
	return Internal
}

// Is reports whether err is a fault with the given code.
func Is(err error, code string) bool { return err != nil && Code(err) == code }

// Codes that more than one package raises. Codes of one package live there.
const (
	Internal       = "Orderloom.Internal"     // a defect or an unexpected dependency error; retried
	Invalid        = "Input.Invalid"          // the caller's document or argument is wrong; never retried
	TooLarge       = "Input.TooLarge"         // a size or depth limit is exceeded
	NotFound       = "Record.NotFound"        // no record with that id
	Conflict       = "Record.Conflict"        // somebody else changed the record first; retried
	Unauthorized   = "Request.Unauthorized"   // signature or credentials do not verify
	Unavailable    = "Provider.Unavailable"   // the outside service is down or throttles; retried
	Refused        = "Provider.Refused"       // the outside service understood and said no
	Misconfigured  = "Provider.Misconfigured" // a connection, secret or parameter is missing or wrong
	OrderCanceled  = "Order.Canceled"         // the order was canceled while the flow ran
	OrderChanged   = "Order.Changed"          // what was ordered changed since the flow looked at it
	PolicyNotMet   = "Policy.NotMet"          // a critical policy does not hold
	NotTransitable = "Order.IllegalTransition"
)
