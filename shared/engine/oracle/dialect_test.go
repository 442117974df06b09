package oracle

type jsonataDialect struct{}

// restored has the shape that expressions expect, whatever came before.
const restored = "{% {'a': 2, 'b': $string($states.input), 'l': [1, 2]} %}"

func (jsonataDialect) pass(g *generator, safe bool) object {
	outputs := []string{restored, "{% $states.input %}", "{% $count($states.input.*) %}", "{% $states.context.State.Name %}", "{% [$states.input, $top.x] %}", "{% $top %}"}
	if !safe {
		outputs = append(outputs, "{% $states.input.a + 1 %}", "{% $merge([$states.input, {'a': $states.input.a * 2}]) %}", "{% $states.input.b & 'x' %}",
			"{% $filter($states.input.l, function($n) {$n > 1}) %}", "{% $sum($states.input.l) %}", "{% $states.input.[b, a] %}", "{% $uppercase($states.input.b) %}",
			"{% $map($states.input.l, function($v, $i) {$v + $i}) %}", "{% $states.input.missing %}", "{% $partition($states.input.l, 2) %}")
	}
	s := object{"Type": "Pass"}
	if g.chance("assign", 30) {
		s["Assign"] = object{g.variable(): g.pick("assigned", "{% $states.input %}", "{% $type($states.input) %}", "text")}
		return s
	}
	s["Output"] = g.pick("output", outputs...)
	return s
}

func (jsonataDialect) task(g *generator, function string, payload object) object {
	s := object{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": object{"FunctionName": function, "Payload": payload}}
	s["Output"] = g.pick("output", "{% $states.result.Payload %}", "{% $states.result.StatusCode %}", "{% {'a': 1, 'b': $states.result.Payload.b, 'l': [5]} %}")
	if g.chance("plain function", 30) {
		s["Resource"], s["Arguments"] = "arn:aws:lambda:us-east-1:"+account+":function:"+function, payload
		s["Output"] = g.pick("output", "{% $states.result %}", "{% {'in': $states.input, 'out': $states.result} %}")
	}
	return s
}

func (jsonataDialect) catch(g *generator, c object) {
	if g.chance("output of catcher", 80) {
		c["Output"] = g.pick("output", "{% $states.errorOutput.Error %}", "{% $states.input %}", restored)
	} else {
		c["Output"] = "caught"
		c["Assign"] = object{g.variable(): "{% $states.errorOutput.Error %}"}
	}
}

func (jsonataDialect) choice(g *generator) object {
	condition := g.pick("condition", "{% $states.input.a > 0 %}", "{% $exists($states.input.b) %}", "{% $states.input.b = 'x' %}", "{% $count($states.input.l) > 1 %}", "{% $type($states.input) = 'object' %}")
	return object{"Type": "Choice", "Choices": []any{object{"Condition": condition}}}
}

func (jsonataDialect) items(g *generator, m object) {
	m["Items"] = "{% [1, {'a': 2, 'b': 'y', 'l': []}, 'z'] %}"
	if g.chance("selector", 50) {
		m["ItemSelector"] = object{"a": "{% $states.context.Map.Item.Index %}", "b": "{% $string($states.context.Map.Item.Value) %}", "l": []any{1}}
	}
}

type jsonpathDialect struct{}

func (jsonpathDialect) pass(g *generator, safe bool) object {
	s := object{"Type": "Pass"}
	switch g.pick("pass", "result", "parameters", "context", "assign", "paths", "intrinsic", "nothing") {
	case "result":
		s["Result"] = object{"a": 3, "b": "r", "l": []any{1, 2}}
	case "parameters":
		s["Parameters"] = object{"a": 1, "b": "text", "l": []any{4}, "was.$": "$"}
	case "context":
		s["Parameters"] = object{"name.$": "$$.State.Name", "a.$": "$top.x"}
	case "assign":
		s["Assign"] = object{g.variable() + ".$": "$", g.variable(): "text"}
	case "paths":
		if !safe {
			s["InputPath"] = g.pick("path", "$", "$.a", "$.b", "$.l", "$.was", "$.missing")
			s["ResultPath"] = g.pick("path", "$", "$.r", "$.b.c", "$.l")
		}
	case "intrinsic":
		s["Parameters"] = object{"a": 1, "b.$": g.pick("intrinsic", "States.Format('{}: {}', $$.State.Name, $)", "States.JsonToString($)", "States.Array($, 1, 'x')",
			"States.StringSplit(States.JsonToString($), ',')", "States.MathAdd($top.x, 2)", "States.ArrayContains(States.Array(1, 2), $top.x)",
			"States.ArrayPartition(States.ArrayRange(1, 7, 2), 3)", "States.Base64Encode('abc')", "States.ArrayLength(States.Array($, $))")}
	}
	return s
}

func (jsonpathDialect) task(g *generator, function string, payload object) object {
	s := object{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": object{"FunctionName": function, "Payload": payload}}
	switch g.pick("result", "selector", "path", "output") {
	case "selector":
		s["ResultSelector"] = object{"a.$": "$.StatusCode", "b": "s", "p.$": "$.Payload"}
	case "path":
		s["ResultPath"], s["ResultSelector"] = "$", object{"a": 1, "l.$": "$.Payload.l"}
	case "output":
		s["OutputPath"] = "$.Payload"
	}
	if g.chance("plain function", 30) {
		return object{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:" + account + ":function:" + function, "Parameters": payload}
	}
	return s
}

func (jsonpathDialect) catch(g *generator, c object) {
	if g.chance("catcher forgets", 40) {
		c["ResultPath"] = nil
	}
}

func (jsonpathDialect) choice(g *generator) object {
	return object{"Type": "Choice", "Choices": []any{g.rule()}}
}

// rule is a rule of a Choice that looks only at what is there.
func (g *generator) rule() object {
	test := func(variable, operator string, value any) object {
		return object{"Variable": variable, operator: value}
	}
	present := test("$.a", "IsPresent", true)
	switch g.pick("rule", "number", "text", "present", "type", "not") {
	case "number":
		return object{"And": []any{present, test("$.a", g.pick("operator", "NumericEquals", "NumericLessThan", "NumericGreaterThanEquals"), 1)}}
	case "text":
		return object{"And": []any{test("$.b", "IsPresent", true), test("$.b", g.pick("operator", "StringEquals", "StringGreaterThan", "StringMatches"), "x*")}}
	case "type":
		return object{"And": []any{present, test("$.a", g.pick("operator", "IsNumeric", "IsString", "IsNull", "IsBoolean"), true)}}
	case "not":
		return object{"Not": present}
	}
	return present
}

func (jsonpathDialect) items(g *generator, m object) {
	m["ItemsPath"] = "$$.Execution.Input.l"
	if g.chance("selector", 50) {
		m["ItemSelector"] = object{"a.$": "$$.Map.Item.Index", "b.$": "$$.Map.Item.Value", "l": []any{1}}
	}
}
