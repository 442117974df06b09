package jsonata

import "sort"

// evaluator is a compiled node. in is the context, Undefined or any value;
// evaluators never change what they are given.
type evaluator interface {
	eval(f *frame, in any) (any, error)
}

// compiler turns a resolved tree into evaluators and notes free variables.
type compiler struct {
	scope   *scope
	free    map[string]bool
	regexes int // size of the programs of the regular expressions so far
}

// scope holds the names bound in a block, a lambda or the steps of a path.
type scope struct {
	parent *scope
	names  map[string]bool // whether what is compiled next finds it bound
	lambda bool            // its body is evaluated later, when all around it is bound
}

func compile(tree *node) (evaluator, []string, error) {
	tree, err := resolve(tree)
	if err != nil {
		return nil, nil, err
	}
	if err := checkParents(tree); err != nil {
		return nil, nil, err
	}
	c := &compiler{free: map[string]bool{}}
	c.open(tree)
	e, err := c.node(tree)
	if err != nil {
		return nil, nil, err
	}
	vars := make([]string, 0, len(c.free))
	for v := range c.free {
		vars = append(vars, v)
	}
	sort.Strings(vars)
	return e, vars, nil
}

// open starts a scope with the names that are bound in nodes; it reports
// whether there are any.
func (c *compiler) open(nodes ...*node) bool {
	c.scope = &scope{parent: c.scope, names: map[string]bool{}}
	for _, n := range nodes {
		c.scope.collect(n)
	}
	return len(c.scope.names) > 0
}

func (c *compiler) close() { c.scope = c.scope.parent }

// collect finds the := that bind in the scope of n itself: not those inside
// blocks and lambdas, which have their own.
func (s *scope) collect(n *node) {
	if n.kind == kindBind {
		s.names[n.lhs.text] = false
	}
	if n.kind == kindBlock || n.kind == kindLambda {
		n.attached(s.collect)
	} else {
		n.each(s.collect)
	}
}

// bound reports whether something in the expression binds the name, and whether
// it does so before what is compiled now is evaluated.
func (c *compiler) bound(name string) (somewhere, before bool) {
	later := false
	for s := c.scope; s != nil; s = s.parent {
		if already, ok := s.names[name]; ok {
			somewhere, before = true, before || already || later
		}
		later = later || s.lambda
	}
	return somewhere, before
}

// bind notes that from here on the name is bound.
func (c *compiler) bind(name string) {
	for s := c.scope; s != nil; s = s.parent {
		if _, ok := s.names[name]; ok {
			s.names[name] = true
			return
		}
	}
}

// nodes compiles several nodes.
func (c *compiler) nodes(list []*node) ([]evaluator, error) {
	out := make([]evaluator, len(list))
	for i, n := range list {
		e, err := c.node(n)
		if err != nil {
			return nil, err
		}
		out[i] = e
	}
	return out, nil
}

// node compiles n with the filters and the grouping attached to it.
func (c *compiler) node(n *node) (evaluator, error) {
	if n.kind == kindBlock && n.tuple {
		e, err := c.streamBlock(n)
		return &contextsOf{e, n.keepArray}, err
	}
	e, err := c.kind(n)
	if err != nil {
		return nil, err
	}
	isPath := n.kind == kindPath // which does its grouping and keeping itself
	plainNode := n.predicates == nil && (isPath || n.group == nil && !n.keepArray)
	switch n.kind {
	case kindCall, kindApply, kindWildcard, kindDescendant:
		plainNode = false
	case kindBinary:
		plainNode = plainNode && n.text != ".."
	}
	if plainNode {
		return e, nil
	}
	if n.kind == kindCall && n.tail {
		return e, nil
	}
	f := &finish{inner: e, keep: n.keepArray}
	if f.filters, err = c.filters(n.predicates); err != nil {
		return nil, err
	}
	if n.group != nil && !isPath {
		f.group, err = c.group(n.group)
	}
	return f, err
}
