// Package asl reads state machines written in the Amazon States Language.
//
// [Parse] checks a definition whole and reports every problem at once, each
// with a stable code, the state, a JSON pointer and a byte position. A machine
// that parses is linked (transitions are pointers) and compiled (expressions
// are ready to evaluate), so that an interpreter never meets a malformed one.
//
// Both query languages are read: JSONata (package jsonata) and JSONPath (package
// jsonpath), which a definition gets when it names none. A JSONPath machine may
// have JSONata states, not the other way round. A field of the other language is
// a problem that names the field to use instead.
//
// Beyond what AWS checks, Parse finds States.ALL that does not stand alone and
// last, a wait for a task token that nothing passes on, a variable that no path
// sets, and a catcher whose errors are all taken by those before it. What works
// only on AWS, such as a Map in mode DISTRIBUTED, is refused as [OnlyOnAWS], a
// resource that the local engine does not have as [UnsupportedResource].
package asl
