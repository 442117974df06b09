package picture

import (
	"fmt"

	"github.com/orderloom/orderloom/shared/flow"
)

// framed is a document in which the branches of a parallel are frames inside its
// own: a frame is then all that needs to be drawn. No step has their ids.
func framed(doc flow.Document) flow.Document {
	f := framer{layout: map[string]flow.Point{}}
	for id, at := range doc.Layout {
		f.layout[id] = at
	}
	doc.Scope = f.scope(doc.Scope)
	doc.Layout = f.layout
	return doc
}

type framer struct{ layout map[string]flow.Point }

func (f framer) scope(sc flow.Scope) flow.Scope {
	steps := make([]flow.Step, len(sc.Steps))
	for i, s := range sc.Steps {
		s.Inner = f.scope(s.Inner)
		for n, b := range s.Parallel {
			branch := flow.Step{ID: fmt.Sprintf("%s/%d", s.ID, n+1), Name: b.Name, Type: flow.ForEach, Inner: f.scope(b.Scope)}
			// A branch stands where its first step does.
			if at, ok := f.layout[b.Start]; ok {
				f.layout[branch.ID] = at
			}
			s.Inner.Steps = append(s.Inner.Steps, branch)
		}
		steps[i] = s
	}
	sc.Steps = steps
	return sc
}
