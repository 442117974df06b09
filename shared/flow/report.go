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

// Readable reports whether there is a document at all to look at.
func (r *Report) Readable() bool { return r.parser.Root != nil }

// Problems returns all problems so far, in the order of their positions.
func (r *Report) Problems() Problems { return r.parser.Problems() }
