package lambda

import (
	"strings"

	"github.com/orderloom/orderloom/shared/fn"
)

// Directory finds functions by the names that callers use.
type Directory struct {
	stack     string
	functions []fn.Function
	byName    map[string]int
}

// NewDirectory lists the functions of a stack.
func NewDirectory(stack string, functions []fn.Function) *Directory {
	d := &Directory{stack, functions, make(map[string]int, 2*len(functions))}
	for i, f := range functions {
		d.byName[f.ID] = i
		d.byName[fn.PhysicalName(stack, f.ID)] = i
	}
	return d
}

// Functions lists all, in the order given.
func (d *Directory) Functions() []fn.Function { return d.functions }

// Stack is the first part of every function's name.
func (d *Directory) Stack() string { return d.stack }

// Find returns a function by its id ("orders/record"), name, partial ARN or
// ARN. There is one version of everything here: a qualifier is overlooked.
func (d *Directory) Find(name string) (fn.Function, bool) {
	i, ok := d.index(name)
	if !ok {
		return fn.Function{}, false
	}
	return d.functions[i], true
}

func (d *Directory) index(name string) (int, bool) {
	if i, ok := d.byName[name]; ok {
		return i, true
	}
	if _, after, ok := strings.Cut(name, ":function:"); ok {
		name = after // of an ARN, or of "<account>:function:<name>"
	}
	name, _, _ = strings.Cut(name, ":")
	i, ok := d.byName[name]
	return i, ok
}

// ARN is a function's address in the local region and account.
func ARN(name string) string { return "arn:aws:lambda:us-east-1:000000000000:function:" + name }

// MemoryOf is a function's memory in MB.
func MemoryOf(f fn.Function) int {
	if f.MemoryMB > 0 {
		return f.MemoryMB
	}
	return 256
}
