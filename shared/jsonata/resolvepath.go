package jsonata

func resolvePath(n *node) (*node, error) {
	path, err := resolve(n.lhs)
	if err != nil {
		return nil, err
	}
	if path.kind != kindPath {
		path = &node{kind: kindPath, pos: n.pos, list: []*node{path}}
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
			return nil, failAt("S0213", s.pos, s.text, s.value)
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
	return path, nil
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
		return nil, failAt("S0209", n.pos, "[", nil)
	}
	filter, err := resolve(n.rhs)
	if err != nil {
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
		return nil, failAt("S0210", n.pos, "{", nil)
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
	}
	path.list = append(path.list, sort)
	return path, nil
}
