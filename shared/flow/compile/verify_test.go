package compile

import (
	"testing"

	"github.com/orderloom/orderloom/shared/flow"
)

// What the compiler wrote is read as Step Functions reads it. No drawing is
// known that makes it write an invalid machine, so this one is written by hand.
func TestAnInvalidMachineIsReported(t *testing.T) {
	t.Parallel()
	_, report := flow.Open([]byte(`{}`))
	c := &compiler{report: report}
	before := len(report.Problems())
	c.verify([]byte(`{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}`), 0)
	if problems := report.Problems(); len(problems) != before+1 || !problems.Has(MachineInvalid) {
		t.Errorf("%v", problems)
	}
}
