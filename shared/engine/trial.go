package engine

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// trial makes the execution of a test.
func (e *Engine) trial(in StateTest) (x *execution, input *value, vars jsonata.Vars, err error) {
	if in.Input == nil {
		in.Input = []byte("{}")
	}
	if err := tooLarge(in.Input, "input"); err != nil {
		return nil, nil, nil, err
	}
	if input, err = parseValue(in.Input, ErrInvalidInput, "input"); err != nil {
		return nil, nil, nil, err
	}
	if in.Mock != nil && in.Mock.Failure == nil {
		if _, err := parseValue(in.Mock.Result, ErrValidation, "result of the mock"); err != nil {
			return nil, nil, nil, err
		}
	}
	if vars, err = testVariables(in.Variables); err != nil {
		return nil, nil, nil, err
	}
	text, name, err := testMachine(in, vars)
	if err != nil {
		return nil, nil, nil, err
	}
	m, problems := asl.Parse(text, e.registry.options...)
	if problems != nil {
		return nil, nil, nil, invalid(problems)
	}
	p := &probe{data: map[string]*value{}, done: make(chan struct{}, 1), retried: in.Retried}
	for _, st := range m.States {
		if st.Name == name {
			p.state = st
		}
	}
	if p.context, err = testContext(in.Context); err != nil {
		return nil, nil, nil, err
	}
	from := Origin{Machine: e.MachineARN("TestState"), Role: in.RoleARN}
	x = &execution{birth: birth{Name: e.opts.NewID(), Started: e.now(), Origin: &from}, status: Running, express: true,
		live: &live{def: &definition{machine: m, raw: text}, probe: p}}
	x.arn = e.ARN("express", "TestState", x.birth.Name, e.opts.NewID())
	return x, input, vars, nil
}

func testVariables(text []byte) (jsonata.Vars, error) {
	vars := jsonata.Vars{}
	o, err := testContext(text)
	if err == nil && o != nil {
		o.Range(func(name string, v any) bool {
			vars[name] = v
			return true
		})
	}
	return vars, err
}

// testContext reads an object of the request.
func testContext(text []byte) (*jsonata.Object, error) {
	if text == nil {
		return nil, nil
	}
	v, err := parseValue(text, ErrValidation, "variables or context")
	if err != nil {
		return nil, err
	}
	o, ok := v.get().(*jsonata.Object)
	if !ok {
		return nil, fault.New(ErrValidation, "variables and context are JSON objects")
	}
	return o, nil
}

// transitions are the parts of a state that name others.
type transitions struct {
	Next    string
	Default string
	Choices []struct{ Next string }
	Catch   []struct{ Next string }
}

// before is the state in front of the one under test.
const before = "(before)"

// testMachine puts a state into a machine of its own: a state before it that
// sets the variables, so that they are known, and one for each that it leads to.
func testMachine(in StateTest, vars jsonata.Vars) (text []byte, name string, err error) {
	state, language := json.RawMessage(in.Definition), ""
	if name = in.State; name == "" {
		name = "StateUnderTest"
	} else if state, language, err = named(in.Definition, name); err != nil {
		return nil, "", err
	}
	var to transitions
	if err := json.Unmarshal(state, &to); err != nil {
		if _, problems := asl.Parse(in.Definition); problems != nil && !json.Valid(in.Definition) {
			return nil, "", invalid(problems)
		}
		return nil, "", fault.Wrap(err, ErrInvalidDefinition, "Invalid State Machine Definition: not a state")
	}
	states := map[string]any{name: state}
	targets := []string{to.Next, to.Default}
	for _, list := range [][]struct{ Next string }{to.Choices, to.Catch} {
		for _, c := range list {
			targets = append(targets, c.Next)
		}
	}
	for _, target := range targets {
		if target != "" && target != name {
			states[target] = map[string]any{"Type": "Succeed"}
		}
	}
	assign := map[string]any{}
	for _, v := range slices.Sorted(maps.Keys(vars)) {
		assign[v] = nil
	}
	start := map[string]any{"Type": "Pass", "Next": name}
	if len(assign) > 0 {
		start["Assign"] = assign
	}
	states[before] = start
	machine := map[string]any{"StartAt": before, "States": states}
	if language != "" {
		machine["QueryLanguage"] = language
	}
	text, err = json.Marshal(machine)
	if err != nil {
		err = fault.Wrap(err, ErrInvalidDefinition, "Invalid State Machine Definition: not a state")
	}
	return text, name, err
}

// named finds a state of a machine, at any depth.
func named(definition []byte, name string) (state json.RawMessage, language string, err error) {
	var top struct{ QueryLanguage string }
	if err := json.Unmarshal(definition, &top); err != nil {
		return nil, "", fault.Wrap(err, ErrInvalidDefinition, "Invalid State Machine Definition: not valid JSON")
	}
	if state = within(definition, name); state == nil {
		return nil, "", fault.New(ErrValidation, "State not found in definition: '%s'", name)
	}
	return state, top.QueryLanguage, nil
}

func within(scope []byte, name string) json.RawMessage {
	var s struct{ States map[string]json.RawMessage }
	if json.Unmarshal(scope, &s) != nil {
		return nil
	}
	if st := s.States[name]; st != nil {
		return st
	}
	for _, key := range slices.Sorted(maps.Keys(s.States)) {
		var inner struct {
			Branches                []json.RawMessage
			ItemProcessor, Iterator json.RawMessage
		}
		if json.Unmarshal(s.States[key], &inner) != nil {
			continue
		}
		for _, b := range append(inner.Branches, inner.ItemProcessor, inner.Iterator) {
			if st := within(b, name); st != nil {
				return st
			}
		}
	}
	return nil
}
