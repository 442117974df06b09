package compile_test

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
)

// TestCompactDoesTheSame runs what is said of standard, above all who is called
// in which order and with which keys, with the flows compiled as compact; start
// tells by the test's name.
func TestCompactDoesTheSame(t *testing.T) {
	t.Parallel()
	same := saidOfStandard()
	for name, test := range same {
		t.Run(name, test)
	}
	for _, file := range []string{"run_test.go", "waits_test.go", "failure_test.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)`).FindAllSubmatch(source, -1) {
			if same[string(m[1])] == nil {
				t.Errorf("%s of %s is not run with profile compact", m[1], file)
			}
		}
	}
}

func saidOfStandard() map[string]func(*testing.T) {
	return map[string]func(*testing.T){
		"TestOrderShipsInTwoShipments":                          TestOrderShipsInTwoShipments,
		"TestReprocessRunsTheStepAgainInANewRound":              TestReprocessRunsTheStepAgainInANewRound,
		"TestReprocessDoesNotRepeatAnActionThatWasDone":         TestReprocessDoesNotRepeatAnActionThatWasDone,
		"TestPassingFailuresAreRetriedWithTheSameKey":           TestPassingFailuresAreRetriedWithTheSameKey,
		"TestValidationCanBeSkipped":                            TestValidationCanBeSkipped,
		"TestNoLocationShowsOnTheOrder":                         TestNoLocationShowsOnTheOrder,
		"TestStockIsWaitedForAndReservedInANewRound":            TestStockIsWaitedForAndReservedInANewRound,
		"TestStockIsWaitedForAsOftenAsTheStepSays":              TestStockIsWaitedForAsOftenAsTheStepSays,
		"TestDeadlineBecomesAnExceptionOfTheWait":               TestDeadlineBecomesAnExceptionOfTheWait,
		"TestCancellationGivesTheStockBack":                     TestCancellationGivesTheStockBack,
		"TestFailureOfOneFulfillmentOrderDoesNotHoldItsSibling": TestFailureOfOneFulfillmentOrderDoesNotHoldItsSibling,
		"TestFulfillmentOrderThatShippedAlreadyIsNotSentAgain":  TestFulfillmentOrderThatShippedAlreadyIsNotSentAgain,
		"TestSplitterWithoutABranchAsksAPerson":                 TestSplitterWithoutABranchAsksAPerson,
		"TestEdgeGoesBackAsOftenAsItMay":                        TestEdgeGoesBackAsOftenAsItMay,
		"TestConditionsLookAtTheOrderAsItStands":                TestConditionsLookAtTheOrderAsItStands,
		"TestParametersAreNoExpressions":                        TestParametersAreNoExpressions,
		"TestAWaitTakesItsTime":                                 TestAWaitTakesItsTime,
		"TestAWaitEndsAtADateOfTheOrder":                        TestAWaitEndsAtADateOfTheOrder,
		"TestTheDateOfAWaitIsAsked":                             TestTheDateOfAWaitIsAsked,
		"TestAHoldWaitsForAPerson":                              TestAHoldWaitsForAPerson,
		"TestAHoldExpires":                                      TestAHoldExpires,
		"TestAnExpiredHoldIsPlacedAgainOrSkipped":               TestAnExpiredHoldIsPlacedAgainOrSkipped,
		"TestAnApprovalGoesTwoWays":                             TestAnApprovalGoesTwoWays,
		"TestAnApprovalBeforeTheDeadlineStands":                 TestAnApprovalBeforeTheDeadlineStands,
		"TestACanceledOrderIsHeldNoLonger":                      TestACanceledOrderIsHeldNoLonger,
		"TestAnOrderThatIsBeyondIsNotHeld":                      TestAnOrderThatIsBeyondIsNotHeld,
		"TestFieldsAreSetAsTheyAreDrawn":                        TestFieldsAreSetAsTheyAreDrawn,
		"TestAFailureGoesOnOrElsewhere":                         TestAFailureGoesOnOrElsewhere,
		"TestAFailureThatCannotBeNotedAsksAPerson":              TestAFailureThatCannotBeNotedAsksAPerson,
	}
}

// brokenChildren are children that are of no use, by what is wrong with them.
func brokenChildren() map[string]string {
	machine := func(state string) string {
		return `{"QueryLanguage":"JSONata","StartAt":"A","TimeoutSeconds":240,"States":{"A":` + state + `}}`
	}
	return map[string]string{
		"it fails":           machine(`{"Type":"Fail","Error":"Odd"}`),
		"it is not over":     machine(`{"Type":"Wait","Seconds":1000,"End":true}`),
		"it says nothing":    machine(`{"Type":"Succeed","Output":{}}`),
		"it answers no text": machine(`{"Type":"Succeed","Output":7}`),
		"it says too much":   machine(`{"Type":"Succeed","Output":"{% $join($map([1..130000], function() { '\"' })) %}"}`),
	}
}

// Nothing depends on the children: without them the machine does all itself.
func TestCompactDoesWithoutItsChildren(t *testing.T) {
	t.Parallel()
	for wrong := range brokenChildren() {
		t.Run(wrong, func(t *testing.T) {
			t.Parallel()
			all := saidOfStandard()
			if wrong != "it says nothing" { // which is the quickest
				all = map[string]func(*testing.T){"TestOrderShipsInTwoShipments": TestOrderShipsInTwoShipments}
			}
			for name, test := range all {
				t.Run(name, test)
			}
		})
	}
}

// What a child did before its time was over is found done by the machine, by its
// keys.
func TestWhatAChildDidIsFoundDone(t *testing.T) {
	t.Parallel()
	result := compiledAs(t, flow.Compact, lab(t))
	for i, c := range result.Children {
		result.Children[i].Machine = bytes.Replace(c.Machine, []byte(`"TimeoutSeconds": 240,`), []byte(`"TimeoutSeconds": 1,`), 1)
	}
	failures := 2
	r := run(t, result, func(c call) (string, *engine.TaskError) {
		if c.Function == "inventory/reserve" && failures > 0 {
			failures--
			return "", c.failing("Record.Conflict")
		}
		return "", nil
	})
	r.settle()
	r.expect(slices.Concat(toSending[:5], toSending[4:5], toSending)...)
}

// How often a step is tried is up to the drawing when it says so, and a step
// that may take long is none for a child.
func TestCompactHeedsWhatTheDrawingSays(t *testing.T) {
	t.Parallel()
	for override, want := range map[string]struct {
		calls int
		own   bool // by the machine, in the end
	}{
		`"retry": {"attempts": 0}`: {1, false},
		`"retry": {"attempts": 2}`: {3, true},
		`"timeout": "PT61S"`:       {6, true},
		`"timeout": "PT60S"`:       {9, true}, // three in the child, as many as always in the machine
	} {
		t.Run(override, func(t *testing.T) {
			t.Parallel()
			r := start(t, lab(t, `"type": "reserve",`, `"type": "reserve", `+override+`,`), func(c call) (string, *engine.TaskError) {
				if c.Function == "inventory/reserve" {
					return "", c.failing("Record.Conflict")
				}
				return "", nil
			})
			r.settle()
			r.expect(append(append(toSending[:4:4], slices.Repeat(toSending[4:5], want.calls)...), "raise-exception reserve Record.Conflict 0")...)
			if tried := slices.Contains(r.entered(), "Reserve stock"); tried != want.own {
				t.Errorf("entered %q", r.entered())
			}
		})
	}
}
