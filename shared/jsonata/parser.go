package jsonata

// maxNesting bounds the depth of a syntax tree, so that neither parsing nor
// evaluation can exhaust the stack.
const maxNesting = 500

// maxChain bounds how many operators of one level follow each other.
const maxChain = 1000

// maxParents bounds how many parent operators there are, since each is sought in
// all the steps around it.
const maxParents = 1000

// maxSource bounds the length of an expression in bytes.
const maxSource = 1 << 20

// parser is a Pratt parser: tok is the token to look at next.
type parser struct {
	lex     lexer
	tok     token
	depth   int
	parents int // parent operators so far
}

func parse(src string) (*node, error) {
	if len(src) > maxSource {
		return nil, failToken(CodeTooLarge, "expression")
	}
	p := &parser{lex: lexer{src: src}}
	if err := p.step(false); err != nil {
		return nil, err
	}
	n, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokEnd {
		return nil, p.tok.pos.fail("S0201", p.tok.show(), nil)
	}
	return n, nil
}

func (p *parser) step(afterOperand bool) (err error) {
	p.tok, err = p.lex.next(afterOperand)
	if err == nil && (p.tok.is("!") || p.tok.is("~")) {
		return p.tok.pos.fail("S0204", p.tok.text, nil)
	}
	return err
}

// advance requires the operator op and moves on.
func (p *parser) advance(op string, afterOperand bool) error {
	if !p.tok.is(op) {
		if p.tok.kind == tokEnd {
			return p.tok.pos.fail("S0203", p.tok.show(), op)
		}
		return p.tok.pos.fail("S0202", p.tok.show(), op)
	}
	return p.step(afterOperand)
}

// expression parses what binds tighter than power.
func (p *parser) expression(power int) (*node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, p.tok.pos.fail(CodeLimit, "nesting", nil)
	}
	defer func() { p.depth-- }()
	t := p.tok
	if err := p.step(true); err != nil {
		return nil, err
	}
	left, err := p.prefix(t)
	if err != nil {
		return nil, err
	}
	for chain := 0; power < p.power(); chain++ {
		if chain > maxChain {
			return nil, p.tok.pos.fail(CodeLimit, "nesting", nil)
		}
		t = p.tok
		if err = p.step(false); err != nil {
			return nil, err
		}
		if left, err = p.infix(t, left); err != nil {
			return nil, err
		}
	}
	return left, nil
}

func (p *parser) power() int {
	if p.tok.kind != tokOperator {
		return 0
	}
	return bindingPower(p.tok.text)
}

// prefix makes a node of a token that starts an expression.
func (p *parser) prefix(t token) (*node, error) {
	n := &node{pos: t.pos, text: t.text, value: t.value}
	switch t.kind {
	case tokName:
		n.kind = kindName
	case tokVariable:
		n.kind = kindVariable
	case tokString:
		n.kind = kindString
	case tokNumber:
		n.kind = kindNumber
	case tokValue:
		n.kind = kindValue
	case tokRegex:
		n.kind = kindRegex
	case tokEnd:
		n.kind = kindEnd // refused by resolve, unless something else is missing
	default:
		return p.prefixOperator(t, n)
	}
	return n, nil
}

func (p *parser) prefixOperator(t token, n *node) (_ *node, err error) {
	switch t.text {
	case "and", "or", "in":
		n.kind = kindWordOperator
	case "*":
		n.kind = kindWildcard
	case "**":
		n.kind = kindDescendant
	case "%":
		n.kind = kindParent
		if p.parents++; p.parents > maxParents {
			return nil, t.pos.fail(CodeLimit, "parent operators", nil)
		}
	case "-":
		n.kind = kindNegate
		n.lhs, err = p.expression(70)
	case "(":
		return p.block(n)
	case "[":
		return p.array(n)
	case "{":
		n.kind = kindObject
		n.pairs, err = p.pairs()
	case "|":
		return p.transform(n)
	default:
		return nil, t.pos.fail("S0211", t.text, nil)
	}
	return n, err
}
