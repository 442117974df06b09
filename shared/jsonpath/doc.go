// Package jsonpath is the older query language of AWS Step Functions: paths
// ("$.a.b", "$$.Execution.Id", "$variable.c"), reference paths that also say
// where a result is put, the 18 intrinsic functions ("States.Format(…)") and
// the comparison operators of Choice rules.
//
// It works on the values of package jsonata (nil, bool, float64, string, []any
// and *jsonata.Object), so that an interpreter of both languages converts
// nothing; keys keep their order and numbers are float64. Values given to a
// function here are never changed; results share parts with them.
//
// What a path finds follows Jayway's JsonPath, which AWS uses: a path that can
// name one node only is definite and fails when there is none; any other yields
// an array of what it finds, in the order of the document, which may be empty.
// As on AWS and unlike Jayway's, it is empty also when what is before the first
// wildcard, slice or filter leads nowhere.
//
// Paths are this package's own, not those of github.com/ohler55/ojg: that knows
// neither variables nor the context nor definite paths, refuses keys such as
// "detail-type", cannot be stopped at the comma behind an argument, and its
// filters (1.28.5) decide otherwise than Jayway's: @.n != 'x' and @.n != null do
// not hold for a number, !(@.a) holds for everything.
package jsonpath
