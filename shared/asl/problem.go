package asl

import (
	"fmt"
	"strings"
)

// Codes of problems. They are stable: tools match on them.
const (
	InvalidJSON         = "INVALID_JSON"
	MissingField        = "MISSING_FIELD"
	UnknownField        = "UNKNOWN_FIELD"
	InvalidValue        = "INVALID_VALUE"
	UnsupportedLanguage = "UNSUPPORTED_QUERY_LANGUAGE"
	UnknownType         = "UNKNOWN_STATE_TYPE"
	DuplicateState      = "DUPLICATE_STATE"
	UnknownTarget       = "UNKNOWN_TARGET"
	UnreachableState    = "UNREACHABLE_STATE"
	NoTerminalState     = "MISSING_END_STATE"
	MisplacedStatesAll  = "MISPLACED_STATES_ALL"
	MissingTaskToken    = "MISSING_TASK_TOKEN"
	InvalidExpression   = "INVALID_EXPRESSION"
	UndefinedVariable   = "UNDEFINED_VARIABLE"
	ShadowedVariable    = "SHADOWED_VARIABLE"
	UnreachableCatch    = "UNREACHABLE_CATCH"
	UnsupportedResource = "UNSUPPORTED_RESOURCE"
	OnlyOnAWS           = "ONLY_ON_AWS"
)

// Problem is one thing that is wrong with a definition.
type Problem struct {
	Code     string `json:"code"`
	State    string `json:"state,omitempty"` // name of the state, "" for the machine itself
	Pointer  string `json:"pointer"`         // JSON pointer (RFC 6901), "" for the whole document
	Position int    `json:"position"`        // byte offset in the definition
	Message  string `json:"message"`         // plain words, with the remedy where there is one
}

func (p Problem) String() string {
	return fmt.Sprintf("%s at byte %d (%s): %s", p.Code, p.Position, p.Pointer, p.Message)
}

// Problems are all problems of a definition, in the order of their positions.
// No problems is a nil slice.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// pointer appends one reference token to a JSON pointer.
func pointer(base, key string) string {
	if strings.ContainsAny(key, "~/") {
		key = strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
	}
	return base + "/" + key
}
