package jsonata

// lambdaNode makes a function that remembers where it was made.
type lambdaNode struct {
	params []string
	body   evaluator
	sig    *signature
	depth  int
}

func (c *compiler) lambda(n *node) (evaluator, error) {
	c.open(n.lhs)
	defer c.close()
	c.scope.lambda = true
	out := &lambdaNode{sig: n.signature, depth: nesting(n.lhs) + 1}
	for _, p := range n.list {
		out.params = append(out.params, p.text)
		c.scope.names[p.text] = true
	}
	var err error
	out.body, err = c.node(n.lhs)
	return out, err
}

func (n *lambdaNode) eval(f *frame, in any) (any, error) {
	return &function{arity: len(n.params), sig: n.sig, params: n.params, body: n.body, env: f, input: in, depth: n.depth}, nil
}

// nesting is the depth of the tree under n, without lambdas in it.
func nesting(n *node) int {
	deepest := 0
	n.each(func(child *node) {
		if child.kind != kindLambda {
			deepest = max(deepest, nesting(child))
		}
	})
	return deepest + 1
}

// applyNode is ~>: calls with one more argument, or chains two functions.
type applyNode struct {
	lhs, rhs evaluator
	call     *call // rhs, if it is a call
	pos      place
}

func (c *compiler) apply(n *node) (_ evaluator, err error) {
	out := &applyNode{pos: n.pos}
	if out.lhs, err = c.node(n.lhs); err != nil {
		return nil, err
	}
	if n.rhs.kind == kindCall {
		if out.call, err = c.callParts(n.rhs); err != nil {
			return nil, err
		}
		return out, nil
	}
	out.rhs, err = c.node(n.rhs)
	return out, err
}

func (n *applyNode) eval(f *frame, in any) (any, error) {
	left, err := n.lhs.eval(f, in)
	if err != nil {
		return nil, err
	}
	if n.call != nil {
		return n.call.invoke(f, in, left, true)
	}
	right, err := n.rhs.eval(f, in)
	if err != nil {
		return nil, err
	}
	fn, ok := right.(*function)
	if !ok {
		return nil, n.pos.fail("T2006", "~>", right)
	}
	if before, ok := left.(*function); ok {
		return &function{arity: 1, native: func(r *run, _ any, args []any) (any, error) {
			v, err := apply(r, before, []any{argAt(args, 0)}, nil)
			if err != nil {
				return nil, err
			}
			return apply(r, fn, []any{collapse(v)}, nil)
		}}, nil
	}
	v, err := apply(f.run, fn, []any{left}, nil)
	return v, at(err, n.pos, "~>")
}
