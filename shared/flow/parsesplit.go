package flow

import "github.com/orderloom/orderloom/shared/policy/jsondoc"

// Bounds of a parallel.
const (
	MaxBranches     = 10
	maxBranchLength = 50 // characters of a branch's name
)

// parallel reads the branches of a parallel: drawings about the same order that
// run at the same time.
func (r *reader) parallel(s *Step, n *jsondoc.Node) {
	branches := r.Need(n, "branches")
	if branches == nil || !r.Is(branches, jsondoc.Array) {
		return
	}
	if len(branches.Items) < 2 || len(branches.Items) > MaxBranches {
		r.At(branches, jsondoc.InvalidValue, "the parallel has %d branches; it has 2 to %d", len(branches.Items), MaxBranches)
	}
	names := map[string]bool{}
	for _, item := range branches.Items {
		if !r.Is(item, jsondoc.Object) {
			s.Parallel = append(s.Parallel, Drawing{}) // the others keep their places
			continue
		}
		r.Known(item, "name", "start", "steps")
		d := Drawing{Name: r.NeedText(item, "name")}
		if len([]rune(d.Name)) > maxBranchLength {
			r.At(item.Get("name"), InvalidName, "the name is longer than %d characters", maxBranchLength)
		}
		if d.Name != "" && names[d.Name] {
			r.At(item.Get("name"), DuplicateName, "two branches have the name %q", d.Name)
		}
		names[d.Name] = true
		d.Scope = r.inside(item, s.ID, InBranch)
		s.Parallel = append(s.Parallel, d)
	}
}

// inside reads a drawing inside a step.
func (r *reader) inside(n *jsondoc.Node, step string, place Place) Scope {
	around := r.place
	r.place = place
	sc := r.scope(n, step)
	r.place = around
	r.In(step)
	return sc
}

// splitter reads the branches that are tried in turn.
func (r *reader) splitter(s *Step, n *jsondoc.Node) {
	branches := r.Need(n, "branches")
	if branches == nil || !r.Is(branches, jsondoc.Array) {
		return
	}
	if len(branches.Items) == 0 {
		r.At(branches, jsondoc.InvalidValue, "the splitter has no branches")
	}
	names := map[string]bool{}
	for _, item := range branches.Items {
		if !r.Is(item, jsondoc.Object) {
			continue
		}
		r.Known(item, "name", "filter", "next")
		b := Branch{Name: r.NeedText(item, "name"), Filter: r.refs(item, "filter"), To: r.edge(item, "next")}
		if b.Name != "" && names[b.Name] {
			r.At(item.Get("name"), DuplicateName, "two branches have the name %q", b.Name)
		}
		names[b.Name] = true
		if f := r.Need(item, "filter"); f != nil && f.Kind == jsondoc.Array && len(f.Items) == 0 {
			r.At(f, jsondoc.InvalidValue, "the branch has no filter policy | Use \"otherwise\" for what no other branch takes")
		}
		s.Branches = append(s.Branches, b)
	}
	if n.Get("otherwise") == nil {
		r.At(n, NotCovered, "nothing happens to a record that no branch takes | Add \"otherwise\" with a step, or \"otherwise\": \"exception\" to have a person look at it")
		return
	}
	s.Otherwise = r.edge(n, "otherwise")
}

// merge reads the one way on from where ways come together. It goes ahead: what
// goes back is counted on the edges that lead there.
func (r *reader) merge(s *Step, n *jsondoc.Node) {
	if s.Next.Again > 0 {
		r.At(n.Get("next"), jsondoc.InvalidValue, "a merge leads ahead; it costs no state and counts nothing | Mark the edge that leads to it with again")
	}
}
