package jsonata

// kind compiles n without what is attached to it.
func (c *compiler) kind(n *node) (evaluator, error) {
	switch n.kind {
	case kindName:
		return &nameNode{n.text}, nil
	case kindString, kindNumber, kindValue:
		return &literal{n.value}, nil
	case kindVariable:
		return c.variable(n)
	case kindRegex:
		return c.regex(n)
	case kindWildcard:
		return wildcard{}, nil
	case kindDescendant:
		return descendant{}, nil
	case kindParent:
		return &parentNode{n.slot.label}, nil
	case kindTransform:
		return c.transform(n)
	case kindPath:
		return c.path(n)
	case kindBinary:
		return c.binary(n)
	case kindNegate:
		e, err := c.node(n.lhs)
		return &negate{e, n.pos}, err
	case kindArray:
		return c.array(n)
	case kindObject:
		return c.object(n)
	case kindBind:
		e, err := c.node(n.rhs)
		c.bind(n.lhs.text)
		return &bind{n.lhs.text, e}, err
	case kindApply:
		return c.apply(n)
	case kindCall:
		return c.call(n)
	case kindPartial:
		return c.partial(n)
	case kindLambda:
		return c.lambda(n)
	case kindBlock:
		return c.block(n)
	case kindCondition:
		return c.condition(n)
	}
	return nil, n.pos.fail("S0201", n.text, nil)
}

func (c *compiler) variable(n *node) (evaluator, error) {
	somewhere, before := c.bound(n.text)
	switch {
	case n.text == "":
		return contextNode{}, nil
	case n.text == "$" && !somewhere:
		return rootNode{}, nil
	case somewhere:
		if !before && n.text != "$" && builtins()[n.text] == nil { // as on the right of $x := $x + 1
			c.free[n.text] = true
		}
		return &variable{n.text}, nil
	case missing[n.text]:
		return nil, n.pos.fail(CodeUnsupported, "function $"+n.text, nil)
	case builtins()[n.text] != nil:
		return &builtinNode{n.text, builtins()[n.text]}, nil
	}
	c.free[n.text] = true
	return &freeVariable{n.text}, nil
}

func (c *compiler) block(n *node) (evaluator, error) {
	scoped := c.open(n.list...)
	defer c.close()
	list, err := c.nodes(n.list)
	if err != nil {
		return nil, err
	}
	return &block{list, scoped}, nil
}

func (c *compiler) condition(n *node) (_ evaluator, err error) {
	out := &condition{}
	if out.test, err = c.node(n.cond); err != nil {
		return nil, err
	}
	if out.then, err = c.node(n.lhs); err != nil {
		return nil, err
	}
	if n.rhs != nil {
		out.otherwise, err = c.node(n.rhs)
	}
	return out, err
}

func (c *compiler) filters(stages []stage) ([]filter, error) {
	var out []filter
	for _, s := range stages {
		f, err := c.filter(s)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (c *compiler) filter(s stage) (filter, error) {
	e, err := c.node(s.filter)
	f := filter{test: e}
	if s.filter.kind == kindNumber { // whatever is behind it, as in the reference
		f.index, f.literal = floorIndex(s.filter.value.(float64)), true
	}
	return f, err
}

func (c *compiler) group(n *node) (*group, error) {
	g := &group{pos: n.pos}
	seen := map[string]bool{}
	g.constant = true
	for _, p := range n.pairs {
		key, err := c.node(p[0])
		if err != nil {
			return nil, err
		}
		value, err := c.node(p[1])
		if err != nil {
			return nil, err
		}
		name := ""
		if lit, ok := key.(*literal); ok {
			name, ok = lit.value.(string)
			g.constant = g.constant && ok && !seen[name]
			seen[name] = true
		} else {
			g.constant = false
		}
		g.pairs = append(g.pairs, pair{key, value, name})
	}
	return g, nil
}

func (c *compiler) object(n *node) (evaluator, error) {
	g, err := c.group(n)
	return &object{g}, err
}

func (c *compiler) array(n *node) (evaluator, error) {
	items, err := c.nodes(n.list)
	if err != nil {
		return nil, err
	}
	out := &arrayNode{items: items, whole: make([]bool, len(items))}
	for i, e := range n.list {
		out.whole[i] = e.kind == kindArray
	}
	if n.consArray {
		out.flags = flagCons
	}
	return out, nil
}
