package jsonata_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/orderloom/orderloom/shared/jsonata"
)

func Example() {
	order, err := jsonata.Decode([]byte(`{"name":"#1001","lines":[{"sku":"MUG","qty":110},{"sku":"TEE","qty":10}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := jsonata.Compile(`{"order": name, "large": lines[qty >= $least].sku, "total": $sum(lines.qty)}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := e.Eval(context.Background(), order, jsonata.Vars{"least": 100.0})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _ := jsonata.Encode(result)
	fmt.Printf("%s\nneeds %v\n", text, e.Vars())
	// Output:
	// {"order":"#1001","large":"MUG","total":120}
	// needs [least]
}

func ExampleCompile_refused() {
	_, err := jsonata.Compile(`$eval("1 + " & total)`)
	var e *jsonata.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.Start, e.Token)
	}
	// Output: X0001 0 function $eval
}

func ExampleExpr_Eval_nothing() {
	e, _ := jsonata.Compile(`customer.phone`)
	v, err := e.Eval(context.Background(), jsonata.NewObject(), nil)
	fmt.Println(jsonata.IsUndefined(v), err)
	// Output: true <nil>
}

// show evaluates an expression on an order and prints the result.
func show(src string) {
	order, err := jsonata.Decode([]byte(`{"name":"#1001","lines":[{"sku":"MUG","qty":110},{"sku":"TEE","qty":10}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := jsonata.Compile(src)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := e.Eval(context.Background(), order, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _ := jsonata.Encode(result)
	fmt.Println(string(text))
}

// The parent operator goes one step up.
func ExampleCompile_parent() {
	show(`lines.(%.name & "/" & sku)`)
	// Output: ["#1001/MUG","#1001/TEE"]
}

// @ binds each item to a variable and leaves the context as it is; # binds its
// position.
func ExampleCompile_binding() {
	show(`lines@$l#$i[$l.qty > 5].{"order": name, "line": $i + 1, "sku": $l.sku}`)
	// Output: [{"order":"#1001","line":1,"sku":"MUG"},{"order":"#1001","line":2,"sku":"TEE"}]
}

// A transform changes a copy: what the pattern finds gets the fields of the
// update and loses those that are named behind it.
func ExampleCompile_transform() {
	show(`$ ~> |lines[qty > 50]|{"large": true}, "qty"|`)
	// Output: {"name":"#1001","lines":[{"sku":"MUG","large":true},{"sku":"TEE","qty":10}]}
}
