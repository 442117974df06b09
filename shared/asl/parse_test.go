package asl_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// Who matches what.
func TestMatches(t *testing.T) {
	t.Parallel()
	names := []string{"Own", "States.TaskFailed", "States.Timeout", "States.HeartbeatTimeout", "States.QueryEvaluationError", "States.DataLimitExceeded", "States.Runtime"}
	for _, c := range []struct{ entry, want string }{ // 1: matches the name in that place
		{"States.ALL", "1111100"},
		{"States.TaskFailed", "1100100"},
		{"States.Timeout", "0011000"},
		{"States.HeartbeatTimeout", "0001000"},
		{"States.DataLimitExceeded", "0000010"},
		{"States.Runtime", "0000000"},
		{"Own", "1000000"},
		{"own", "0000000"},
	} {
		got := ""
		for _, name := range names {
			if asl.Matches([]string{"Another", c.entry}, name) {
				got += "1"
			} else {
				got += "0"
			}
		}
		if got != c.want {
			t.Errorf("%s matches %s of %v, want %s", c.entry, got, names, c.want)
		}
	}
}

// Any bytes: no panic, problems with positions inside the text, and a machine
// exactly when there are none.
func FuzzParse(f *testing.F) {
	f.Add([]byte(every))
	f.Add([]byte(withStates(`"A":{"Type":"Wait","Timestamp":5,"End":true}`)))
	f.Add([]byte(withStates(`"A":{"Type":"Pass","Output":"{% \u00e4 + \n( %}","End":true}`)))
	f.Add([]byte(`{"StartAt":"A","States":{"A":null}}`))
	for _, name := range []string{"lab", "order-to-fulfillment", "intake"} {
		if data, err := os.ReadFile("../../statemachines/" + name + "/statemachine.asl.json"); err == nil {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, problems := asl.Parse(data)
		if (m == nil) != (len(problems) > 0) {
			t.Fatalf("machine %v with problems %v", m, problems)
		}
		for _, p := range problems {
			if p.Position < 0 || p.Position > len(data) || p.Code == "" || p.Message == "" {
				t.Errorf("%+v of %d bytes", p, len(data))
			}
		}
	})
}

// A value is built in the order of the document; only its expressions are evaluated.
func TestAValueIsBuiltFromItsExpressions(t *testing.T) {
	t.Parallel()
	m, problems := asl.Parse([]byte(withStates(`"A":{"Type":"Pass","Assign":{"v":{"plain":[1,{"x":null}]}},"Output":{"b":"{% 'one' %}","a":[true,"{% 'two' %}",{"c":"text"}]},"End":true}`)))
	if problems != nil {
		t.Fatal(problems)
	}
	var asked []string
	built, err := m.States[0].Output.Eval(func(e *asl.Expr) (any, error) {
		asked = append(asked, e.Field)
		return e.Source(), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := jsonata.Encode(built)
	if want := `{"b":"'one'","a":[true,"'two'",{"c":"text"}]}`; err != nil || string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if len(asked) != 2 || asked[0] != "Output/b" || asked[1] != "Output/a/1" {
		t.Errorf("asked for %q", asked)
	}
	if _, constant := m.States[0].Output.Constant(); constant {
		t.Error("a value with expressions is constant")
	}
	plain, constant := m.States[0].Assign[0].Value.Constant()
	if text, err := jsonata.Encode(plain); !constant || err != nil || string(text) != `{"plain":[1,{"x":null}]}` {
		t.Errorf("a constant is %s", text)
	}
}

// What an interpreter must prepare for an expression.
func TestWhatAnExpressionNeeds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expression      string
		states, context bool
	}{
		{"1 + 1", false, false},
		{"$states.input.a", true, false},
		{"$states.result & $states . errorOutput", true, false},
		{"$states.context.State.Name", true, true},
		{"$states", true, true},
		{"$states.input & $states.context.Execution.Id", true, true},
	} {
		m, problems := asl.Parse([]byte(withStates(`"A":{"Type":"Pass","Output":"{% ` + c.expression + ` %}","End":true}`)))
		if problems != nil {
			t.Errorf("%s: %v", c.expression, problems)
			continue
		}
		m.States[0].Output.Each(func(e *asl.Expr) {
			if e.NeedsStates != c.states || e.NeedsContext != c.context {
				t.Errorf("%s needs $states: %v, its context: %v", c.expression, e.NeedsStates, e.NeedsContext)
			}
		})
	}
}

func TestTheCommittedMachinesParse(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../../statemachines/*/statemachine.asl.json")
	if err != nil || len(names) == 0 {
		t.Fatal("there are no machines", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := asl.Parse(data); problems != nil {
			t.Errorf("%s:\n%v", name, problems)
		}
	}
}
