package jsonata

import "strconv"

// slot is where a parent operator finds its value at run time: the step that it
// refers to stores there what it was evaluated on.
type slot struct {
	label string // name of a variable that no expression can write
	level int    // steps still to go up
}

func newSlot(n *node) *slot {
	return &slot{label: "!" + strconv.Itoa(n.pos.start), level: 1}
}

// seek notes in n that the parent operators of part look further out.
func (n *node) seek(parts ...*node) {
	for _, part := range parts {
		if part == nil {
			continue
		}
		n.seeking = append(n.seeking[:len(n.seeking):len(n.seeking)], part.slots()...)
	}
}

// slots are those that n, or n itself if it is a parent operator, still seeks.
func (n *node) slots() []*slot {
	if n.kind == kindParent {
		return append(n.seeking[:len(n.seeking):len(n.seeking)], n.slot)
	}
	return n.seeking
}

// offer lets s go up through n, which stores its context if that is the parent.
func (n *node) offer(s *slot) error {
	switch n.kind {
	case kindName, kindWildcard:
		if s.level--; s.level > 0 {
			return nil
		}
		if n.ancestor != nil {
			s.label = n.ancestor.label
		}
		n.ancestor, n.tuple = s, true
	case kindParent:
		s.level++
	case kindBlock:
		if len(n.list) > 0 {
			n.tuple = true
			return n.list[len(n.list)-1].offer(s)
		}
	case kindPath:
		n.tuple = true
		for i := len(n.list) - 1; i >= 0 && (i == len(n.list)-1 || s.level > 0); i-- {
			if err := n.list[i].offer(s); err != nil {
				return err
			}
		}
	default:
		return n.pos.fail("S0217", n.kind.typeName(), nil)
	}
	return nil
}

// resolveParents lets the parent operators of the last step of a path go up
// through the steps before it; what they do not find is sought further out.
func (n *node) resolveParents() error {
	last := len(n.list) - 1
	for _, s := range n.list[last].slots() {
		for i := last - 1; s.level > 0; i-- {
			if i < 0 {
				n.seeking = append(n.seeking[:len(n.seeking):len(n.seeking)], s)
				break
			}
			// Steps that only bind a variable do not change the context.
			for i > 0 && n.list[i].focus != "" && n.list[i-1].focus != "" {
				i--
			}
			if err := n.list[i].offer(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// offerFilter lets the parent operators of a filter refer to the step it is on.
func (n *node) offerFilter(filter *node) error {
	if len(filter.seeking) == 0 {
		return nil
	}
	for _, s := range filter.seeking {
		if s.level != 1 {
			s.level--
		} else if err := n.offer(s); err != nil {
			return err
		}
	}
	n.seek(filter)
	return nil
}

// checkParents refuses a tree in which a parent operator found nothing.
func checkParents(tree *node) error {
	if tree.kind != kindParent && len(tree.seeking) == 0 {
		return nil
	}
	return tree.pos.fail("S0217", tree.kind.typeName(), nil)
}
