package jsonpath

// maxSteps bounds the length of a path.
const maxSteps = 256

// CompilePath compiles a path. A failure is an *Error.
func CompilePath(src string) (*Path, error) {
	s := &scanner{src: src}
	p, err := s.path()
	if err == nil && s.pos < len(src) {
		err = s.fail(s.pos, "the path ends before %s", s.found())
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// path reads a path as far as it goes.
func (s *scanner) path() (*Path, *Error) {
	start := s.pos
	if !s.take("$") {
		return nil, s.fail(start, "a path begins with $, not with %s", s.found())
	}
	p := &Path{}
	if s.take("$") {
		p.root = context
	} else if p.variable = s.variableName(); p.variable != "" {
		p.root = variable
		if p.variable == "states" {
			return nil, s.fail(start, "$states exists in JSONata only; JSONPath has $ for the input and $$ for the context")
		}
	}
	return s.steps(p, start, 0)
}

// steps reads the steps of a path that began at start, where skip more bytes
// belong to its root.
func (s *scanner) steps(p *Path, start, skip int) (*Path, *Error) {
	s.pos += skip
	for s.peek() == '.' || s.peek() == '[' {
		if len(p.steps) == maxSteps {
			return nil, s.fail(s.pos, "the path has more than %d steps", maxSteps)
		}
		if err := s.step(p); err != nil {
			return nil, err
		}
	}
	if n := len(p.steps); n > 0 && p.steps[n-1].kind == descent {
		return nil, s.fail(s.pos, "behind .. a key or brackets are expected, not %s", s.found())
	}
	p.src = s.src[start:s.pos]
	p.definite = p.isDefinite()
	return p, nil
}

// isDefinite reports whether the path finds one node or fails; several keys at
// its end make one object.
func (p *Path) isDefinite() bool {
	last := len(p.steps) - 1
	for i := range p.steps {
		if s := &p.steps[i]; !s.one() && (i < last || s.kind != keys) {
			return false
		}
	}
	return true
}

// step reads one step; ".." with what follows are two.
func (s *scanner) step(p *Path) *Error {
	if s.peek() == '[' {
		return s.brackets(p)
	}
	if s.take("..") {
		p.steps = append(p.steps, step{kind: descent})
		if s.peek() == '[' {
			return s.brackets(p)
		}
	} else {
		s.pos++ // the dot
		if s.peek() == '[' {
			return s.fail(s.pos, "a key is expected between the dot and the bracket")
		}
	}
	start := s.pos
	name, err := s.key()
	if err != nil {
		return err
	}
	if s.peek() == '(' {
		return s.fail(start, "AWS has no functions in paths, such as %s(); States.ArrayLength counts the items of an array", name)
	}
	if s.src[start:s.pos] == "*" {
		p.steps = append(p.steps, step{kind: wildcard})
		return nil
	}
	p.steps = append(p.steps, step{kind: child, names: []string{name}})
	return nil
}

func (s *scanner) brackets(p *Path) *Error {
	s.pos++
	s.space()
	var st step
	var err *Error
	switch c := s.peek(); {
	case c == '\'' || c == '"':
		st, err = s.keys()
	case c == '*':
		s.pos++
		st = step{kind: wildcard}
	case c == '?':
		st, err = s.filter()
	case c == '(':
		err = s.fail(s.pos, "AWS has no scripts in brackets; the last item is [-1]")
	case c == ':' || c == '-' || c >= '0' && c <= '9':
		st, err = s.indexes()
	default:
		err = s.fail(s.pos, "in brackets stand a key in quotes, an index, * or a filter, not %s", s.found())
	}
	if err != nil {
		return err
	}
	s.space()
	if !s.take("]") {
		return s.fail(s.pos, "] is expected, not %s", s.found())
	}
	p.steps = append(p.steps, st)
	return nil
}

func (s *scanner) keys() (step, *Error) {
	st := step{kind: child}
	for {
		s.space()
		if c := s.peek(); c != '\'' && c != '"' {
			return st, s.fail(s.pos, "a key in quotes is expected, not %s", s.found())
		}
		name, err := s.quoted()
		if err != nil {
			return st, err
		}
		st.names = append(st.names, name)
		if s.space(); !s.take(",") {
			break
		}
	}
	if len(st.names) > 1 {
		st.kind = keys
	}
	return st, nil
}

func (s *scanner) indexes() (step, *Error) {
	st := step{kind: nth}
	if s.peek() != ':' {
		for {
			s.space()
			n, err := s.whole()
			if err != nil {
				return st, err
			}
			st.indexes = append(st.indexes, n)
			if s.space(); !s.take(",") {
				break
			}
		}
	}
	if len(st.indexes) > 1 {
		st.kind = indexes
		return st, nil
	}
	if !s.take(":") {
		return st, nil
	}
	to := step{kind: slice, open: true}
	if len(st.indexes) == 1 {
		to.from = st.indexes[0]
	}
	if s.space(); s.peek() != ']' {
		n, err := s.whole()
		if err != nil {
			return st, err
		}
		to.to, to.open = n, false
	}
	return to, nil
}
