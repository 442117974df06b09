package jsonata

import (
	"slices"
	"sort"
)

// evaluator is a compiled node. in is the context, Undefined or any value;
// evaluators never change what they are given.
type evaluator interface {
	eval(f *frame, in any) (any, error)
}

// compiler turns a resolved tree into evaluators and notes free variables.
type compiler struct {
	scope *scope
	free  map[string]bool
}

// scope holds the names bound in a block or a lambda.
type scope struct {
	parent *scope
	names  map[string]bool
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
		s.names[n.lhs.text] = true
	}
	n.each(func(child *node) {
		own := n.kind == kindBlock || n.kind == kindLambda
		if !own || !n.holds(child) {
			s.collect(child)
		}
	})
}

// holds reports whether child is in the body of n, not attached behind it.
func (n *node) holds(child *node) bool {
	return child == n.lhs || slices.Contains(n.list, child)
}

func (c *compiler) bound(name string) bool {
	for s := c.scope; s != nil; s = s.parent {
		if s.names[name] {
			return true
		}
	}
	return false
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
