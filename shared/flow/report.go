package flow

import "github.com/orderloom/orderloom/shared/policy/jsondoc"

// Report collects the problems of one document.
type Report struct{ parser *jsondoc.Parser }

// Add notes a problem of a step ("" for the whole flow) at a JSON pointer; what
// the document does not have is reported at the nearest thing around it. A
// message may end with " | " and a remedy.
func (r *Report) Add(code, step, pointer, format string, args ...any) {
	r.parser.In(step)
	pos := 0
	if n := r.parser.Find(pointer); n != nil {
		pointer, pos = n.Pointer, n.Pos
	}
	r.parser.Add(code, pointer, pos, format, args...)
}

// At returns what collects the problems, set to a step, and the node at a JSON
// pointer; nil when the document has none there.
func (r *Report) At(step, pointer string) (*jsondoc.Parser, *jsondoc.Node) {
	r.parser.In(step)
	if n := r.parser.Find(pointer); n != nil && n.Pointer == pointer {
		return r.parser, n
	}
	return r.parser, nil
}

// Readable reports whether there is a document at all to look at.
func (r *Report) Readable() bool { return r.parser.Root != nil }

// Problems returns all problems so far, in the order of their positions.
func (r *Report) Problems() Problems { return r.parser.Problems() }
