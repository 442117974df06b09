package jsonata

// arrayNode is an array constructor.
type arrayNode struct {
	items []evaluator
	whole []bool // the item is itself an array constructor: not joined
	flags uint8
}

func (n *arrayNode) eval(f *frame, in any) (any, error) {
	if err := f.run.tick(1); err != nil {
		return nil, err
	}
	out := make([]any, 0, len(n.items))
	for i, e := range n.items {
		v, err := e.eval(f, in)
		if err != nil {
			return nil, err
		}
		items, isArr := itemsOf(v)
		switch {
		case IsUndefined(v):
		case isArr && !n.whole[i]:
			if err := f.run.room(len(out) + len(items)); err != nil {
				return nil, err
			}
			out = append(out, items...)
		default:
			out = append(out, v)
		}
	}
	return &array{items: out, flags: n.flags}, nil
}

type negate struct {
	operand evaluator
	pos     place
}

func (n *negate) eval(f *frame, in any) (any, error) {
	v, err := n.operand.eval(f, in)
	if err != nil || IsUndefined(v) {
		return v, err
	}
	num, ok, err := finite(v)
	if err != nil {
		return nil, at(err, n.pos, "-")
	}
	if !ok {
		return nil, n.pos.fail("D1002", "-", v)
	}
	return number(-num), nil
}
