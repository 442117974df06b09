package jsonata

// infix makes a node of an operator that follows left.
func (p *parser) infix(t token, left *node) (_ *node, err error) {
	n := &node{pos: t.pos, text: t.text, lhs: left}
	switch t.text {
	case "(":
		return p.call(n, left)
	case "[":
		return p.filter(n, left)
	case "{":
		n.kind = kindGroup
		n.pairs, err = p.pairs()
		return n, err
	case "^":
		return p.orderBy(n)
	case "?":
		return p.condition(n, left)
	case ":=":
		if left.kind != kindVariable {
			return nil, left.pos.fail("S0212", left.text, nil)
		}
		n.kind = kindBind
		n.rhs, err = p.expression(bindingPower(":=") - 1)
		return n, err
	case "@", "#":
		n.kind = kindFocus
		if t.text == "#" {
			n.kind = kindIndex
		}
		if n.rhs, err = p.expression(80); err != nil {
			return nil, err
		}
		if n.rhs.kind != kindVariable {
			return nil, n.rhs.pos.fail("S0214", t.text, nil)
		}
		return n, nil
	case "~>":
		n.kind = kindApply
	default:
		n.kind = kindBinary
	}
	n.rhs, err = p.expression(bindingPower(t.text))
	return n, err
}

func (p *parser) condition(n, left *node) (_ *node, err error) {
	n.kind, n.cond = kindCondition, left
	if n.lhs, err = p.expression(0); err != nil {
		return nil, err
	}
	if p.tok.is(":") {
		if err = p.step(false); err != nil {
			return nil, err
		}
		n.rhs, err = p.expression(0)
	}
	return n, err
}

// filter parses left[rhs], and left[] which keeps a single result an array.
func (p *parser) filter(n, left *node) (_ *node, err error) {
	if p.tok.is("]") {
		s := left
		for s.kind == kindFilter {
			s = s.lhs
		}
		s.keepArray = true
		return left, p.step(false) // so a slash behind [] starts a regular expression, as in the reference
	}
	n.kind = kindFilter
	if n.rhs, err = p.expression(0); err != nil {
		return nil, err
	}
	return n, p.advance("]", true)
}

func (p *parser) orderBy(n *node) (_ *node, err error) {
	n.kind = kindOrderBy
	if err = p.advance("(", false); err != nil {
		return nil, err
	}
	for {
		var t term
		if p.tok.is("<") || p.tok.is(">") {
			t.descending = p.tok.text == ">"
			if err = p.step(false); err != nil {
				return nil, err
			}
		}
		if t.expr, err = p.expression(0); err != nil {
			return nil, err
		}
		n.terms = append(n.terms, t)
		if !p.tok.is(",") {
			return n, p.advance(")", false)
		}
		if err = p.step(false); err != nil {
			return nil, err
		}
	}
}

// call parses the arguments of a call, or a whole lambda if left is "function".
func (p *parser) call(n, left *node) (_ *node, err error) {
	n.kind = kindCall
	for !p.tok.is(")") {
		if p.tok.is("?") {
			n.kind = kindPartial
			n.list = append(n.list, &node{kind: kindPlaceholder, pos: p.tok.pos, text: "?"})
			err = p.step(false)
		} else {
			var arg *node
			arg, err = p.expression(0)
			n.list = append(n.list, arg)
		}
		if err != nil {
			return nil, err
		}
		if !p.tok.is(",") {
			break
		}
		if err = p.step(false); err != nil {
			return nil, err
		}
		if p.tok.is(")") {
			return nil, p.tok.pos.fail("S0211", ")", nil)
		}
	}
	if err = p.advance(")", true); err != nil {
		return nil, err
	}
	if left.kind == kindName && (left.text == "function" || left.text == "λ") {
		return p.lambda(n)
	}
	return n, nil
}

// lambda parses <signature>{ body } behind the parameters.
func (p *parser) lambda(n *node) (_ *node, err error) {
	n.kind = kindLambda
	for i, a := range n.list {
		if a.kind != kindVariable {
			return nil, a.pos.fail("S0208", a.text, i+1)
		}
	}
	if p.tok.is("<") {
		start := p.tok.pos.start
		if err = p.skipSignature(); err != nil {
			return nil, err
		}
		n.text = p.lex.src[start:p.tok.pos.start]
		if n.signature, err = parseSignature(p.lex.src[start:p.tok.pos.end]); err != nil {
			return nil, moved(err, start)
		}
		if err = p.advance(">", false); err != nil {
			return nil, err
		}
	}
	if err = p.advance("{", false); err != nil {
		return nil, err
	}
	if n.lhs, err = p.expression(0); err != nil {
		return nil, err
	}
	return n, p.advance("}", false)
}

// skipSignature moves to the ">" that closes the "<" at which it stands.
func (p *parser) skipSignature() error {
	for depth := 0; p.tok.kind != tokEnd && !p.tok.is("{"); {
		if p.tok.is("<") {
			depth++
		} else if p.tok.is(">") {
			if depth--; depth == 0 {
				return nil
			}
		}
		if err := p.step(false); err != nil {
			return err
		}
	}
	return p.advance(">", false)
}
