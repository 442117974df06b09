package asl

import "github.com/orderloom/orderloom/shared/jsontree"

// maxDepth bounds the nesting of a definition; AWS's own documents stay far below.
const maxDepth = 200

type node = jsontree.Node

// called is a kind of JSON value in the words of the States Language.
func called(k jsontree.Kind) string {
	return [...]string{"null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}
