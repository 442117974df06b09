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
	_, err := jsonata.Compile(`$formatNumber(total, "0.00")`)
	var e *jsonata.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.Position, e.Token)
	}
	// Output: X0001 0 function $formatNumber
}

func ExampleExpr_Eval_nothing() {
	e, _ := jsonata.Compile(`customer.phone`)
	v, err := e.Eval(context.Background(), jsonata.NewObject(), nil)
	fmt.Println(jsonata.IsUndefined(v), err)
	// Output: true <nil>
}
