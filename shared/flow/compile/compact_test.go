package compile_test

import (
	"os"
	"regexp"
	"testing"
)

// TestCompactDoesTheSame runs what is said of standard, above all who is called
// in which order and with which keys, with the flows compiled as compact; start
// tells by the test's name.
func TestCompactDoesTheSame(t *testing.T) {
	t.Parallel()
	same := map[string]func(*testing.T){
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
