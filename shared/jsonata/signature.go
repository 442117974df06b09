package jsonata

import "strings"

// Classes of values in a function signature, as bits.
const (
	isS uint16 = 1 << iota // string
	isN                    // number
	isB                    // boolean
	isL                    // null
	isA                    // array
	isO                    // object
	isF                    // function
	isM                    // missing
)

const isAnyData = isS | isN | isB | isL | isA | isO | isM

// param is one parameter of a signature.
type param struct {
	class    uint16
	array    bool   // an array is wanted; a single value is wrapped
	item     uint16 // class of the array's items, 0 for any
	context  bool   // the context stands in for a missing argument
	optional bool
	many     bool
}

type signature struct{ params []param }

// class is the class of a value, a single bit.
func class(v any) uint16 {
	switch v.(type) {
	case string:
		return isS
	case float64:
		return isN
	case bool:
		return isB
	case nil:
		return isL
	case []any, *array:
		return isA
	case *function:
		return isF
	case undefinedType:
		return isM
	}
	return isO
}

func classOf(c byte) uint16 {
	switch c {
	case 's':
		return isS
	case 'n':
		return isN
	case 'b':
		return isB
	case 'l':
		return isL
	case 'o':
		return isO
	case 'a':
		return isA
	case 'f':
		return isF
	case 'j':
		return isAnyData
	case 'x', 'u':
		return isAnyData | isF
	}
	return 0
}

// parseSignature reads a signature such as <s-(sf)n?:a<s>>. What follows the
// colon is not checked, as in the reference. The position of an error is one in
// text.
func parseSignature(text string) (*signature, error) {
	s := &signature{}
	for i := 1; i < len(text)-1 && text[i] != ':'; i++ {
		c := text[i]
		last := len(s.params) - 1
		switch c {
		case 's', 'n', 'b', 'l', 'o':
			s.params = append(s.params, param{class: classOf(c) | isM})
		case 'a':
			s.params = append(s.params, param{class: isAnyData | isF, array: true})
		case 'f':
			s.params = append(s.params, param{class: isF})
		case 'j', 'x':
			s.params = append(s.params, param{class: classOf(c)})
		case '-', '?', '+':
			if last < 0 {
				return nil, place{i, i + 1}.fail("S0401", string(c), nil)
			}
			p := &s.params[last]
			p.context = p.context || c == '-'
			p.optional = p.optional || c != '+'
			p.many = p.many || c == '+'
		case '(':
			end := closing(text, i, '(', ')')
			choice := text[i+1 : end]
			if strings.Contains(choice, "<") {
				return nil, place{i, i + 1}.fail("S0402", choice, nil)
			}
			p := param{class: isM}
			for _, c := range []byte(choice) {
				p.class |= classOf(c)
			}
			s.params = append(s.params, p)
			i = end
		case '<':
			if last < 0 || (!s.params[last].array && s.params[last].class != isF) {
				return nil, place{i, i + 1}.fail("S0401", "<", nil)
			}
			end := closing(text, i, '<', '>')
			if s.params[last].array && end > i+1 {
				s.params[last].item = classOf(text[i+1])
			}
			i = end
		}
	}
	return s, nil
}

// closing finds the bracket that closes the one at text[i].
func closing(text string, i int, open, end byte) int {
	depth := 0
	for ; i < len(text)-1; i++ {
		switch text[i] {
		case open:
			depth++
		case end:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(text) - 1
}
