package jsonata

// kind is what a node of the syntax tree is.
type kind uint8

const (
	kindName kind = iota
	kindString
	kindNumber
	kindValue
	kindVariable
	kindRegex
	kindWildcard
	kindDescendant
	kindParent
	kindWordOperator // and, or, in where a field name is expected
	kindPlaceholder  // ? among the arguments of a partial application
	kindEnd
	kindBinary
	kindArray
	kindObject
	kindNegate
	kindFilter  // lhs[rhs]
	kindGroup   // lhs{pairs}
	kindOrderBy // lhs^(terms)
	kindBind
	kindFocus // lhs@$rhs
	kindIndex // lhs#$rhs
	kindApply
	kindCall
	kindPartial
	kindLambda
	kindBlock
	kindCondition
	kindTransform
	kindPath // only after resolve
	kindSort // a step of a path, only after resolve
)

// node is one node of the syntax tree. Which fields count depends on kind.
type node struct {
	kind  kind
	pos   int    // byte offset of the token that made it
	text  string // operator, name, regular expression
	value any    // of a literal; flags of a regular expression

	lhs, rhs, cond *node
	list           []*node    // items, arguments, parameters, expressions, steps
	pairs          [][2]*node // of an object constructor or grouping
	terms          []term     // of an order-by
	signature      *signature

	keepArray   bool    // [] behind it
	consArray   bool    // array constructor at an end of a path
	keepSingles bool    // path: a single result stays an array
	stages      []stage // of a step, applied to each of its results
	predicates  []stage // of any other node, applied to its result
	group       *node   // kindGroup to apply to the result
	tail        bool    // call in tail position of a lambda
}

// stage is a filter behind a step or another node.
type stage struct {
	filter *node
	pos    int
}

type term struct {
	expr       *node
	descending bool
}

// each calls visit for every child of n.
func (n *node) each(visit func(*node)) {
	for _, c := range []*node{n.lhs, n.rhs, n.cond, n.group} {
		if c != nil {
			visit(c)
		}
	}
	for _, c := range n.list {
		visit(c)
	}
	for _, p := range n.pairs {
		visit(p[0])
		visit(p[1])
	}
	for _, t := range n.terms {
		visit(t.expr)
	}
	for _, s := range append(n.stages[:len(n.stages):len(n.stages)], n.predicates...) {
		visit(s.filter)
	}
}
