// Package asl reads state machines written in the Amazon States Language.
//
// [Parse] checks a definition whole and reports every problem at once, each
// with a stable code, the state, a JSON pointer and a byte position. A machine
// that parses is linked (transitions are pointers) and compiled (expressions
// are ready to evaluate), so that an interpreter never meets a malformed one.
//
// The query language is JSONata. A definition that uses JSONPath, the language
// a definition gets when it names none, is refused by name.
package asl
