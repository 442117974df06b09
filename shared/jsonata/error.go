package jsonata

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Codes of this package that are not JSONata's own.
const (
	// CodeUnsupported: Compile met a function that Step Functions does not
	// accept; Token names it.
	CodeUnsupported = "X0001"
	// CodeRegex: a regular expression that cannot be evaluated as JavaScript
	// would (look-around, back reference, …); Token is the offending part.
	CodeRegex = "X0002"
	// CodeFunctionResult: the result is or contains a function.
	CodeFunctionResult = "X0003"
	// CodeJSON: Decode or Encode met something that is not JSON, or $parse did.
	CodeJSON = "X0004"
	// CodeTooLarge: a value exceeds Limits.Sequence or the text limit.
	CodeTooLarge = "X0005"
	// CodeLimit: the evaluation is too deep, takes too many steps or its
	// context ended. The reference uses the same code.
	CodeLimit = "U1001"
)

// Error is a failure of Compile or Eval.
type Error struct {
	Code string // JSONata's code, e.g. "S0201", or one of the Code constants
	// Position is the one that JSONata reports, as an offset in bytes: behind
	// the token concerned or, if a function was being called, behind the opening
	// parenthesis of the outermost call; -1 where there is none.
	Position int
	Start    int    // byte offset of the first byte of what failed, -1 where there is none
	Token    string // operator, function or name concerned
	Value    any    // the offending value, if any
	Message  string // plain words, already with token and value
	Err      error  // underlying error, e.g. the context's
}

func (e *Error) Error() string {
	s := e.Code + ": " + e.Message
	if e.Position >= 0 {
		s += " (at " + strconv.Itoa(e.Position) + ")"
	}
	return s
}

// Unwrap gives errors.Is the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// fail makes an error without position; the node that calls fills it in.
func fail(code string) *Error { return failAt(code, -1, "", nil) }

func failToken(code, token string) *Error { return failAt(code, -1, token, nil) }

func failValue(code string, v any) *Error { return failAt(code, -1, "", v) }

func failAt(code string, pos int, token string, v any) *Error {
	msg := messages[code]
	if msg == "" {
		msg = "evaluation failed"
	}
	if token != "" && strings.Contains(msg, "{token}") { // else the node that calls fills it in
		msg = strings.ReplaceAll(msg, "{token}", token)
	}
	if strings.Contains(msg, "{value}") {
		msg = strings.ReplaceAll(msg, "{value}", brief(v))
	}
	if f, ok := v.(*function); ok {
		v = f.describe()
	}
	return &Error{Code: code, Position: pos, Start: pos, Token: token, Value: v, Message: msg}
}

// maxBrief is how many bytes of a value a message shows.
const maxBrief = 80

// brief shows a value in a message, shortened.
func brief(v any) string {
	s := ""
	switch x := v.(type) {
	case undefinedType:
		return "nothing"
	case *function:
		return x.describe()
	case string:
		s = strconv.Quote(x)
	case int:
		return strconv.Itoa(x)
	case float64: // which may be infinite
		return string(appendNumber(nil, x))
	default:
		w := writer{limit: maxBrief}
		if err := w.value(v, 0); err != nil && len(w.buf) == 0 {
			return fmt.Sprintf("a %T", v)
		} else if err != nil {
			w.buf = append(w.buf, "…"...)
		}
		s = string(w.buf)
	}
	if len(s) > maxBrief {
		s = strings.ToValidUTF8(s[:maxBrief], "") + "…"
	}
	return s
}

// at fills in position and token where the failing function did not know them.
func at(err error, pos place, token string) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Position < 0 {
		e.Position, e.Start = pos.end, pos.start
		if e.Token == "" {
			e.Token = token
			e.Message = strings.ReplaceAll(e.Message, "{token}", token)
		}
	}
	return err
}

// through is at for an error that leaves a call: the call's position counts.
func through(err error, pos place, token string) error {
	err = at(err, pos, token)
	if e, ok := errors.AsType[*Error](err); ok && pos != nowhere {
		e.Position = pos.end
	}
	return err
}

// moved shifts the place of an error that was found in a part of the source.
func moved(err error, by int) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Position >= 0 {
		e.Position += by
		e.Start += by
	}
	return err
}
