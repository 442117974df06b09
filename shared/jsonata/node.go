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
	pos   place  // of the token that made it
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

	focus    string  // variable that @ binds to each result of a step
	index    string  // variable that # binds to its position
	tuple    bool    // step, path or block whose results carry bindings
	slot     *slot   // of a parent operator
	ancestor *slot   // slot for what this step was evaluated on
	seeking  []*slot // of the parent operators in it that look further out
}

// stage is behind a step or another node: a filter, or an index binding.
type stage struct {
	filter *node // nil if index is set
	index  string
	pos    place
}

type term struct {
	expr       *node
	descending bool
}

// each calls visit for every child of n.
func (n *node) each(visit func(*node)) {
	for _, c := range []*node{n.lhs, n.rhs, n.cond} {
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
	n.attached(visit)
}

// attached calls visit for what is behind n: filters and a grouping.
func (n *node) attached(visit func(*node)) {
	if n.group != nil {
		visit(n.group)
	}
	for _, s := range append(n.stages[:len(n.stages):len(n.stages)], n.predicates...) {
		if s.filter != nil {
			visit(s.filter)
		}
	}
}

// typeName is what the reference calls a node of this kind in its errors.
func (k kind) typeName() string {
	switch k {
	case kindPath:
		return "path"
	case kindParent:
		return "parent"
	case kindDescendant:
		return "descendant"
	case kindVariable:
		return "variable"
	case kindString:
		return "string"
	case kindNumber:
		return "number"
	case kindValue:
		return "value"
	case kindRegex:
		return "regex"
	case kindBinary:
		return "binary"
	case kindArray, kindObject, kindNegate:
		return "unary"
	case kindBind:
		return "bind"
	case kindApply:
		return "apply"
	case kindCall:
		return "function"
	case kindPartial:
		return "partial"
	case kindLambda:
		return "lambda"
	case kindBlock:
		return "block"
	case kindCondition:
		return "condition"
	case kindTransform:
		return "transform"
	case kindSort:
		return "sort"
	}
	return "name"
}
