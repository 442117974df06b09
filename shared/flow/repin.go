package flow

import (
	"bytes"
	"encoding/json"
)

// Repin returns the document with one policy reference in the place of another;
// everything else stays as it is written.
func Repin(document []byte, from, to string) []byte {
	quoted, err := json.Marshal(to)
	if err != nil {
		return document
	}
	var out []byte
	at := 0
	for _, span := range refSpans(document, from) {
		out = append(append(out, document[at:span[0]]...), quoted...)
		at = span[1]
	}
	return append(out, document[at:]...)
}

// container is an object or a list that is being read.
type container struct {
	key  string // under which it stands
	list bool
}

// refSpans finds where a reference stands in a list of policies. What else has
// lists of these names (a provider's parameters) is not looked at.
func refSpans(document []byte, ref string) [][2]int {
	dec := json.NewDecoder(bytes.NewReader(document))
	var spans [][2]int
	var stack []container
	key, isKey, foreign := "", false, 0
	for {
		before := dec.InputOffset()
		token, err := dec.Token()
		if err != nil {
			return spans
		}
		in := container{}
		if len(stack) > 0 {
			in = stack[len(stack)-1]
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				if in.list {
					key = in.key
				}
				if key == "parameters" {
					foreign++
				}
				stack = append(stack, container{key, t == '['})
			} else {
				stack = stack[:len(stack)-1]
				if in.key == "parameters" {
					foreign--
				}
			}
			isKey = len(stack) > 0 && !stack[len(stack)-1].list
			continue
		case string:
			if isKey {
				key, isKey = t, false
				continue
			}
			if t == ref && in.list && foreign == 0 && (in.key == "filter" || in.key == "policies") {
				after := dec.InputOffset()
				spans = append(spans, [2]int{int(before) + bytes.IndexByte(document[before:after], '"'), int(after)})
			}
		}
		isKey = !in.list
	}
}
