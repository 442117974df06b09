package jsonata

// block parses ( expression ; … ) behind its parenthesis.
func (p *parser) block(n *node) (*node, error) {
	n.kind = kindBlock
	for !p.tok.is(")") {
		e, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		n.list = append(n.list, e)
		if !p.tok.is(";") {
			break
		}
		if err := p.step(false); err != nil {
			return nil, err
		}
	}
	return n, p.advance(")", true)
}

// array parses [ item, from..to, … ] behind its bracket.
func (p *parser) array(n *node) (*node, error) {
	n.kind = kindArray
	for !p.tok.is("]") {
		item, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if p.tok.is("..") {
			r := &node{kind: kindBinary, text: "..", pos: p.tok.pos, lhs: item}
			if err := p.step(false); err != nil {
				return nil, err
			}
			if r.rhs, err = p.expression(0); err != nil {
				return nil, err
			}
			item = r
		}
		n.list = append(n.list, item)
		if !p.tok.is(",") {
			break
		}
		if err := p.step(false); err != nil {
			return nil, err
		}
		if p.tok.is("]") { // a trailing comma
			return nil, p.tok.pos.fail("S0211", "]", nil)
		}
	}
	return n, p.advance("]", true)
}

// pairs parses key: value, … } behind the brace.
func (p *parser) pairs() (pairs [][2]*node, err error) {
	for !p.tok.is("}") {
		var pair [2]*node
		if pair[0], err = p.expression(0); err != nil {
			return nil, err
		}
		if err = p.advance(":", false); err != nil {
			return nil, err
		}
		if pair[1], err = p.expression(0); err != nil {
			return nil, err
		}
		pairs = append(pairs, pair)
		if !p.tok.is(",") {
			break
		}
		if err = p.step(false); err != nil {
			return nil, err
		}
		if p.tok.is("}") {
			return nil, p.tok.pos.fail("S0211", "}", nil)
		}
	}
	return pairs, p.advance("}", true)
}

// transform parses | pattern | update , delete | behind the first bar.
func (p *parser) transform(n *node) (_ *node, err error) {
	n.kind = kindTransform
	if n.lhs, err = p.expression(0); err != nil {
		return nil, err
	}
	if err = p.advance("|", false); err != nil {
		return nil, err
	}
	if n.rhs, err = p.expression(0); err != nil {
		return nil, err
	}
	if p.tok.is(",") {
		if err = p.step(false); err != nil {
			return nil, err
		}
		if n.cond, err = p.expression(0); err != nil {
			return nil, err
		}
	}
	return n, p.advance("|", false)
}
