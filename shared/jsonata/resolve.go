package jsonata

// resolve rewrites the tree that the parser made into the one that is compiled:
// chains of "." become paths of steps, filters and groupings are attached to
// what they apply to.
func resolve(n *node) (*node, error) {
	out, err := resolveKind(n)
	if err == nil && n.keepArray {
		out.keepArray = true
	}
	return out, err
}

func resolveKind(n *node) (*node, error) {
	switch n.kind {
	case kindName, kindWordOperator:
		step := *n
		step.kind = kindName
		return &node{kind: kindPath, pos: n.pos, list: []*node{&step}, keepSingles: n.keepArray}, nil
	case kindBinary:
		if n.text == "." {
			return resolvePath(n)
		}
	case kindFilter:
		return resolveFilter(n)
	case kindGroup:
		return resolveGroup(n)
	case kindOrderBy:
		return resolveOrderBy(n)
	case kindEnd:
		return nil, n.pos.fail("S0207", "(end)", nil)
	case kindFocus:
		return resolveFocus(n)
	case kindIndex:
		return resolveIndex(n)
	case kindParent:
		out := *n
		out.slot = newSlot(n)
		return &out, nil
	}
	return resolveWhole(n)
}

// resolveWhole resolves what stays the node it is.
func resolveWhole(n *node) (*node, error) {
	if n.kind == kindLambda { // its parameters are no expressions
		body, err := resolve(n.lhs)
		if err != nil {
			return nil, err
		}
		markTail(body)
		out := *n
		out.lhs = body
		return &out, nil
	}
	out, err := resolveParts(n)
	if err != nil {
		return nil, err
	}
	switch n.kind {
	case kindNegate: // the sign of a literal belongs to it, so that [-1] is an index
		if out.lhs.kind == kindNumber {
			lit := *out.lhs
			lit.value = -lit.value.(float64)
			return &lit, nil
		}
	case kindApply:
		out.keepArray = out.lhs.keepArray || out.rhs.keepArray
		return out, nil // a parent operator in it finds nothing, as in the reference
	case kindTransform:
		return out, nil // likewise
	case kindBlock:
		for _, e := range out.list {
			if e.consArray || (e.kind == kindPath && e.list[0].consArray) {
				out.consArray = true
			}
		}
	}
	out.seekInParts()
	return out, nil
}

// seekInParts collects what the parent operators in the parts of n seek.
func (n *node) seekInParts() {
	if n.kind != kindCall && n.kind != kindPartial { // of these only the arguments count
		n.seek(n.cond, n.lhs, n.rhs)
	}
	n.seek(n.list...)
	for _, p := range n.pairs {
		n.seek(p[0], p[1])
	}
}

// resolveParts resolves every child of a copy of n.
func resolveParts(n *node) (_ *node, err error) {
	out := *n
	for _, p := range []**node{&out.lhs, &out.rhs, &out.cond} {
		if *p != nil {
			if *p, err = resolve(*p); err != nil {
				return nil, err
			}
		}
	}
	if n.list != nil {
		out.list = make([]*node, len(n.list))
		for i, c := range n.list {
			if out.list[i], err = resolve(c); err != nil {
				return nil, err
			}
		}
	}
	out.pairs, err = resolvePairs(n.pairs)
	return &out, err
}

func resolvePairs(pairs [][2]*node) (_ [][2]*node, err error) {
	out := make([][2]*node, len(pairs))
	for i, pair := range pairs {
		for j, c := range pair {
			if out[i][j], err = resolve(c); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// markTail marks the calls of a lambda body whose result is the lambda's, so
// that recursion through them does not grow the stack.
func markTail(n *node) {
	if n.predicates != nil || n.group != nil {
		return
	}
	switch n.kind {
	case kindCall:
		n.tail = true
	case kindCondition:
		markTail(n.lhs)
		if n.rhs != nil {
			markTail(n.rhs)
		}
	case kindBlock:
		if len(n.list) > 0 {
			markTail(n.list[len(n.list)-1])
		}
	}
}
