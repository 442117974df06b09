// Package oracle compares the engine with a second interpreter of the Amazon
// States Language: moto's. See README.md.
package oracle
