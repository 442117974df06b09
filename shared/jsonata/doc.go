// Package jsonata is an implementation of JSONata 2.0 as AWS Step Functions
// accepts it: without $eval, with $partition, $range, $hash, $random(seed),
// $uuid and $parse.
//
// An expression is compiled once and evaluated many times, concurrently if need
// be. Evaluation uses no reflection and is limited in time, depth and size.
// What Step Functions refuses, and regular expressions that cannot be evaluated
// in linear time, Compile refuses by name.
//
// Values are what [Decode] returns: nil for JSON null, bool, float64, string,
// []any and *[Object]; [Undefined] stands for "no value". Values given to Eval
// are never changed, but results may share parts with them.
package jsonata
