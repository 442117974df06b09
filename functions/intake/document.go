package intake

import (
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/fault"
)

// maxDepth is how deeply a document may be nested. Real ones stay below 20; a
// bound keeps every later reader, recursive or not, out of danger.
const maxDepth = 64

// checkJSON accepts one JSON document in UTF-8. The depth is measured first, in
// one pass without a stack.
func checkJSON(body []byte) error {
	if depth(body) > maxDepth {
		return fault.New(fault.TooLarge, "body is nested deeper than %d levels", maxDepth)
	}
	if !utf8.Valid(body) || !gjson.ValidBytes(body) {
		return fault.New(fault.Invalid, "body is not a JSON document in UTF-8, or is cut off").Do("Send the document as it is, with Content-Type application/json")
	}
	return nil
}

// depth counts how many brackets are open at most, outside strings. Of bytes
// that are not JSON it returns some number.
func depth(body []byte) int {
	open, most, quoted := 0, 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			open++
			most = max(most, open)
		case c == '}' || c == ']':
			open--
		}
	}
	return most
}
