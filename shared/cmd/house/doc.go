// Package house keeps the rules of the house: it has tests only. They compare
// what is declared with the folders, the templates and the imports; a failing
// one says which line or stanza is missing.
package house
