package engine

import "testing"

// Variables live in their scope: inner scopes read outer variables, what inner
// scopes assign is theirs alone and comes back only by Output.
func TestVariableScopes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, states, input, want string }{
		{"a later state reads", `"A":{"Type":"Pass","Assign":{"v":"{% $states.input.a %}"},"Next":"B"},"B":{"Type":"Pass","Output":"{% $v %}","End":true}`, `{"a":1}`, `1`},
		{"Assign sees the values before it", `"A":{"Type":"Pass","Assign":{"x":1,"y":2},"Next":"B"},"B":{"Type":"Pass","Assign":{"x":"{% $y %}","y":"{% $x %}"},"Next":"C"},"C":{"Type":"Pass","Output":["{% $x %}","{% $y %}"],"End":true}`, `{}`, `[2,1]`},
		{"Output does not see the state's own Assign", `"A":{"Type":"Pass","Assign":{"x":1},"Next":"B"},"B":{"Type":"Pass","Assign":{"x":2},"Output":"{% $x %}","Next":"C"},"C":{"Type":"Pass","Output":["{% $states.input %}","{% $x %}"],"End":true}`, `{}`, `[1,2]`},
		{"Arguments read variables", `"A":{"Type":"Pass","Assign":{"x":{"k":[1,2]}},"Next":"B"},"B":` + invoking("echo", `"{% $x.k[1] %}"`, `"Output":"{% $states.result.Payload %}",`+end), `{}`, `2`},
		{"a Task assigns from its result", `"A":` + invoking("echo", `"r"`, `"Assign":{"v":"{% $states.result.Payload %}"},"Next":"B"`) + `,"B":{"Type":"Pass","Output":"{% $v %}","End":true}`, `{}`, `"r"`},
		{"the rule of a Choice assigns", `"A":{"Type":"Choice","Assign":{"v":"default"},"Choices":[{"Condition":true,"Assign":{"v":"rule"},"Next":"B"}],"Default":"B"},"B":{"Type":"Pass","Output":"{% $v %}","End":true}`, `{}`, `"rule"`},
		{"a Choice assigns on its Default", `"A":{"Type":"Choice","Assign":{"v":"default"},"Choices":[{"Condition":false,"Assign":{"v":"rule"},"Next":"B"}],"Default":"B"},"B":{"Type":"Pass","Output":"{% $v %}","End":true}`, `{}`, `"default"`},
		{"a branch reads outer variables", `"A":{"Type":"Pass","Assign":{"v":3},"Next":"B"},"B":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"C","States":{"C":{"Type":"Pass","Output":"{% $v %}","End":true}}}]}`, `{}`, `[3]`},
		{"branches do not see each other's", `"A":{"Type":"Parallel","End":true,"Branches":[
			{"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"v":1},"Next":"C"},"C":{"Type":"Wait","Seconds":5,"Output":"{% $v %}","End":true}}},
			{"StartAt":"D","States":{"D":{"Type":"Pass","Assign":{"v":2},"Next":"E"},"E":{"Type":"Wait","Seconds":5,"Output":"{% $v %}","End":true}}}]}`, `{}`, `[1,2]`},
		{"the state after a Parallel takes what it assigns from the result", `"A":{"Type":"Parallel","Assign":{"sum":"{% $sum($states.result) %}"},"Next":"C","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Output":4,"End":true}}}]},"C":{"Type":"Pass","Output":"{% $sum %}","End":true}`, `{}`, `4`},
		{"iterations are local", `"A":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"mine":"{% $states.input %}"},"Next":"C"},"C":{"Type":"Wait","Seconds":1,"Output":"{% $mine * 10 %}","End":true}}}}`, `[1,2,3]`, `[10,20,30]`},
		{"an iteration reads outer variables", `"A":{"Type":"Pass","Assign":{"k":10},"Next":"M"},"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Output":"{% $states.input * $k %}","End":true}}}}`, `[1,2]`, `[10,20]`},
		{"a catcher assigns, the state's own Assign does not happen", `"Z":{"Type":"Pass","End":true},"A":` + invoking("boom", `{}`, `"Assign":{"v":"done"},"Catch":[{"ErrorEquals":["Boom"],"Assign":{"v":"{% $states.errorOutput.Error %}"},"Next":"B"}],"Next":"Z"`) + `,"B":{"Type":"Pass","Output":"{% $v %}","End":true}`, `{}`, `"Boom"`},
		{"$states is no variable between states", `"A":{"Type":"Pass","Assign":{"v":1},"Next":"B"},"B":{"Type":"Pass","Output":"{% $keys($states) %}","End":true}`, `{}`, `["input","context"]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.do["boom"] = script("!Boom")
			x, h := r.run(machine(c.states), c.input)
			if got := outcome(x); got != c.want {
				t.Errorf("got  %s\nwant %s\n%s", got, c.want, lines(h))
			}
		})
	}
}

// The context object has what AWS puts there.
func TestContext(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) {
		o.Account, o.Region, o.NewID = "111122223333", "eu-west-1", func() string { return "x" }
	})
	x, _ := r.run(machine(`"W":{"Type":"Succeed","Output":"{% $states.context %}"},"A":{"Type":"Wait","Seconds":2,"Next":"W"}`), `{"n":1}`)
	want := `{"Execution":{"Id":"arn:aws:states:eu-west-1:111122223333:execution:m:x","Input":{"n":1},"Name":"x",` +
		`"RoleArn":"arn:aws:iam::000000000000:role/flow","StartTime":"2026-01-02T03:04:05.000Z","RedriveCount":0},` +
		`"StateMachine":{"Id":"arn:aws:states:eu-west-1:111122223333:stateMachine:m","Name":"m"},` +
		`"State":{"Name":"W","EnteredTime":"2026-01-02T03:04:07.000Z"}}`
	if got := outcome(x); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
