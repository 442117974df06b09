package jsonata

func resolvePath(n *node) (*node, error) {
	path, err := resolve(n.lhs)
	if err != nil {
		return nil, err
	}
	if path.kind != kindPath {
		first := path
		path = &node{kind: kindPath, pos: n.pos, list: []*node{first}}
		if first.kind == kindParent {
			path.seeking = []*slot{first.slot}
		}
	}
	rest, err := resolve(n.rhs)
	if err != nil {
		return nil, err
	}
	if rest.kind == kindPath {
		path.list = append(path.list, rest.list...)
	} else {
		if rest.predicates != nil {
			rest.stages, rest.predicates = rest.predicates, nil
		}
		path.list = append(path.list, rest)
	}
	for _, s := range path.list {
		switch s.kind {
		case kindNumber, kindValue:
			return nil, s.pos.fail("S0213", s.text, s.value)
		case kindString:
			s.kind, s.text = kindName, s.value.(string)
		}
		if s.keepArray {
			path.keepSingles = true
		}
	}
	for _, s := range []*node{path.list[0], path.list[len(path.list)-1]} {
		if s.kind == kindArray {
			s.consArray = true
		}
	}
	return path, path.resolveParents()
}

func resolveFilter(n *node) (*node, error) {
	target, err := resolve(n.lhs)
	if err != nil {
		return nil, err
	}
	step, onStep := target, false
	if target.kind == kindPath {
		step, onStep = target.list[len(target.list)-1], true
	}
	if step.group != nil {
		return nil, n.pos.fail("S0209", "[", nil)
	}
	filter, err := resolve(n.rhs)
	if err != nil {
		return nil, err
	}
	if err := step.offerFilter(filter); err != nil {
		return nil, err
	}
	s := stage{filter: filter, pos: n.pos}
	if onStep {
		step.stages = append(step.stages, s)
	} else {
		step.predicates = append(step.predicates, s)
	}
	return target, nil
}

func resolveGroup(n *node) (*node, error) {
	target, err := resolve(n.lhs)
	if err != nil {
		return nil, err
	}
	if target.group != nil {
		return nil, n.pos.fail("S0210", "{", nil)
	}
	pairs, err := resolvePairs(n.pairs)
	target.group = &node{kind: kindGroup, pos: n.pos, pairs: pairs}
	return target, err
}

func resolveOrderBy(n *node) (*node, error) {
	path, err := resolve(n.lhs)
	if err != nil {
		return nil, err
	}
	if path.kind != kindPath {
		path = &node{kind: kindPath, pos: n.pos, list: []*node{path}}
	}
	sort := &node{kind: kindSort, pos: n.pos}
	for _, t := range n.terms {
		if t.expr, err = resolve(t.expr); err != nil {
			return nil, err
		}
		sort.terms = append(sort.terms, t)
		sort.seek(t.expr)
	}
	path.list = append(path.list, sort)
	return path, path.resolveParents()
}

// resolveFocus resolves lhs@$rhs.
func resolveFocus(n *node) (*node, error) {
	target, err := resolve(n.lhs)
	if err != nil {
		return nil, err
	}
	step := target
	if target.kind == kindPath {
		step = target.list[len(target.list)-1]
	}
	switch {
	case step.stages != nil || step.predicates != nil:
		return nil, n.pos.fail("S0215", "@", nil)
	case step.kind == kindSort:
		return nil, n.pos.fail("S0216", "@", nil)
	}
	step.keepArray = step.keepArray || n.keepArray
	step.focus, step.tuple = n.rhs.text, true
	return target, nil
}

// resolveIndex resolves lhs#$rhs.
func resolveIndex(n *node) (*node, error) {
	target, err := resolve(n.lhs)
	if err != nil {
		return nil, err
	}
	if target.kind != kindPath {
		step := target
		target = &node{kind: kindPath, pos: n.pos, list: []*node{step}}
		step.stages, step.predicates = step.predicates, nil
	}
	step := target.list[len(target.list)-1]
	if step.stages == nil {
		step.index = n.rhs.text
	} else if n.rhs.text != "" { // #$ binds nothing that can be read
		step.stages = append(step.stages, stage{index: n.rhs.text, pos: n.pos})
	}
	step.tuple = true
	return target, nil
}
