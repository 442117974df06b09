package flow_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/statemachines"
)

func names(placeholder string) (string, bool) {
	name, ok := map[string]string{"Stack": "shop", "OrdersRecordFunction": "shop-orders-record", "Odd": "${Stack}$0", "AWS::Region": "eu-central-1", "Empty": ""}[placeholder]
	return name, ok
}

func TestPlaceholdersBecomeNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		``: ``,
		`{"FunctionName":"${OrdersRecordFunction}"}`: `{"FunctionName":"shop-orders-record"}`,
		`${Stack}-${Stack}${AWS::Region}`:            `shop-shopeu-central-1`,
		`a${Empty}b`:                                 `ab`,
		`${Odd}`:                                     `${Stack}$0`, // what stands for a placeholder is not looked at again
		// What only looks like one belongs to the expressions of the machine.
		`{% $states.input.order %} $Stack {Stack} ${} ${ Stack } $${`: `{% $states.input.order %} $Stack {Stack} ${} ${ Stack } $${`,
	} {
		if got, err := flow.Substitute([]byte(in), names); err != nil || string(got) != want {
			t.Errorf("%s became %s, %v; want %s", in, got, err, want)
		}
	}
}

func TestAPlaceholderWithoutANameIsNamed(t *testing.T) {
	t.Parallel()
	out, err := flow.Substitute([]byte(`${Stack} ${NoSuchFunction} ${NorThisFunction}`), names)
	if !fault.Is(err, fault.Misconfigured) || out != nil || !strings.Contains(err.Error(), "${NoSuchFunction}") {
		t.Errorf("%s %v", out, err)
	}
}

func TestSubstituteLeavesTheDefinitionAsItIs(t *testing.T) {
	t.Parallel()
	in := []byte(`${Stack}`)
	if _, err := flow.Substitute(in, names); err != nil || string(in) != `${Stack}` {
		t.Errorf("%s %v", in, err)
	}
}

// The names of the catalog's functions are all that the repository's machines
// need beside the stack's own.
func TestTheRepositorysMachinesNameDeclaredFunctions(t *testing.T) {
	t.Parallel()
	known := map[string]string{"Stack": "orderloom"}
	for _, f := range catalog(t).Functions {
		known[fn.LogicalID(f.ID)] = fn.PhysicalName("orderloom", f.ID)
	}
	machines, err := statemachines.Machines()
	if err != nil || len(machines) == 0 {
		t.Fatalf("%d machines, %v", len(machines), err)
	}
	for _, m := range machines {
		out, err := flow.Substitute(m.Definition, func(p string) (string, bool) { name, ok := known[p]; return name, ok })
		if err != nil || !json.Valid(out) || strings.Contains(string(out), "${") {
			t.Errorf("%s: %v", m.ID, err)
		}
	}
}
