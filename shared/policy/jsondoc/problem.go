package jsondoc

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Codes of problems of any document. They are stable: tools match on them.
const (
	InvalidJSON  = "INVALID_JSON"
	DuplicateKey = "DUPLICATE_KEY"
	UnknownField = "UNKNOWN_FIELD"
	MissingField = "MISSING_FIELD"
	WrongType    = "WRONG_TYPE"
	InvalidValue = "INVALID_VALUE"
)

// Problem is one thing that is wrong with a document.
type Problem struct {
	Code    string `json:"code"`
	Of      string `json:"of,omitempty"`   // which document, where several are read together
	Step    string `json:"step,omitempty"` // id of the step, or name of the rule
	Pointer string `json:"pointer"`        // JSON pointer, "" for the whole document
	Pos     int    `json:"position"`       // byte offset
	Line    int    `json:"line"`           // from 1
	Column  int    `json:"column"`         // from 1, in characters
	Message string `json:"message"`        // what is wrong
	Remedy  string `json:"remedy,omitempty"`
}

func (p Problem) String() string {
	s := fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Code)
	if p.Of != "" {
		s = p.Of + ":" + s
	}
	if p.Pointer != "" {
		s += " " + p.Pointer
	}
	if p.Step != "" {
		s += " (" + p.Step + ")"
	}
	s += ": " + p.Message
	if p.Remedy != "" {
		s += ". " + p.Remedy
	}
	return s
}

// Problems are all problems of a document in the order of their positions. No
// problems is a nil slice.
type Problems []Problem

// Within names the document that the problems are of and returns them.
func (ps Problems) Within(document string) Problems {
	for i := range ps {
		ps[i].Of = document
	}
	return ps
}

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Err is nil when there are no problems.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Has reports whether one of the problems has the code.
func (ps Problems) Has(code string) bool {
	return slices.ContainsFunc(ps, func(p Problem) bool { return p.Code == code })
}

// locate fills line and column of all problems.
func locate(data []byte, ps Problems) {
	for i := range ps {
		pos := min(max(ps[i].Pos, 0), len(data))
		before := data[:pos]
		ps[i].Pos = pos
		ps[i].Line = bytes.Count(before, []byte("\n")) + 1
		ps[i].Column = utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	}
}

func sorted(ps Problems) Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pos, b.Pos), strings.Compare(a.Code, b.Code), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(ps)
}
