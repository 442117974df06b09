package jsonata

import "regexp/syntax"

// checkCaptures refuses groups whose value after a repetition differs: where
// an iteration can skip the group JavaScript forgets what an earlier one
// captured, and it drops an iteration that matches nothing.
func checkCaptures(n *syntax.Regexp) error {
	repeats := n.Op == syntax.OpStar || n.Op == syntax.OpPlus || n.Op == syntax.OpQuest || n.Op == syntax.OpRepeat
	if repeats && n.MaxCap() > 0 {
		if nullableRegex(n.Sub[0]) {
			return failToken(CodeRegex, "a group repeated around an empty match")
		}
		if n.Op != syntax.OpQuest && skipsCapture(n.Sub[0]) {
			return failToken(CodeRegex, "a group that not every repetition captures")
		}
	}
	for _, s := range n.Sub {
		if err := checkCaptures(s); err != nil {
			return err
		}
	}
	return nil
}

func skipsCapture(n *syntax.Regexp) bool {
	if n.MaxCap() == 0 {
		return false
	}
	switch n.Op {
	case syntax.OpAlternate, syntax.OpStar, syntax.OpQuest:
		return true
	case syntax.OpRepeat:
		if n.Min == 0 {
			return true
		}
	}
	for _, s := range n.Sub {
		if skipsCapture(s) {
			return true
		}
	}
	return false
}

// nullableRegex reports whether n can match the empty text.
func nullableRegex(n *syntax.Regexp) bool {
	switch n.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return n.Op == syntax.OpLiteral && len(n.Rune) == 0
	case syntax.OpAlternate:
		for _, s := range n.Sub {
			if nullableRegex(s) {
				return true
			}
		}
		return false
	case syntax.OpConcat:
		for _, s := range n.Sub {
			if !nullableRegex(s) {
				return false
			}
		}
		return true
	case syntax.OpCapture, syntax.OpPlus:
		return nullableRegex(n.Sub[0])
	case syntax.OpRepeat:
		return n.Min == 0 || nullableRegex(n.Sub[0])
	}
	return true
}
