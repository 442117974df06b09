package trial_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/cmd/trial"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
)

func TestWhatTheWorldAnswersDecides(t *testing.T) {
	t.Parallel()
	never := false
	for says, c := range map[string]struct {
		flow    string
		answers trial.Answers
		path    string // that it ends with
		state   order.State
		waits   string
	}{
		"a service that fails for a while": {"lab", trial.Answers{"report": {Failure: &trial.Failure{Code: fault.Unavailable, Times: 2}}}, "report complete=yes shipped done", order.Completed, ""},
		"one that always fails":            {"lab", trial.Answers{"report": {Failure: &trial.Failure{Code: fault.Refused, Message: "no"}}}, "report!Provider.Refused", order.Completed, "report exception Provider.Refused no"},
		"a person who skips it":            {"lab", trial.Answers{"report": {Failure: &trial.Failure{Code: fault.Refused}, Exception: flow.Skip}}, "report!Provider.Refused complete=yes shipped done", order.Completed, ""},
		"a person who tries again":         {"lab", trial.Answers{"report": {Failure: &trial.Failure{Code: fault.Refused, Times: 1}, Exception: flow.Reprocess}}, "report!Provider.Refused complete=yes shipped done", order.Completed, ""},
		"a person who cancels":             {"lab", trial.Answers{"reserve": {Failure: &trial.Failure{Code: fault.Refused}, Exception: flow.Cancel}}, "reserve!Provider.Refused ", order.Canceled, ""},
		"no stock":                         {"lab", trial.Answers{"reserve": {Result: json.RawMessage(`{"reserved":false,"missing":[]}`)}}, "reserve!Flow.DeadlinePassed", order.OnHold, "reserve exception Flow.DeadlinePassed"},
		"a location that never ships":      {"lab", trial.Answers{"send-seattle": {Ships: &never}}, "send-seattle wait!Flow.DeadlinePassed", order.FulfillmentInProcess, "wait exception Flow.DeadlinePassed"},
		"a manager who says no":            {"wholesale", trial.Answers{"terms": {Answer: flow.Reject}}, "large=yes terms=OrderRejected refused", order.OnHold, ""},
		"nobody who says anything":         {"wholesale", nil, "large=yes terms=OrderRejected refused", order.OnHold, ""},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			one := ordered("#1", c.flow, "US", 110)
			one.Document.Totals.Total = "5000.00"
			o := tried(t, trial.Options{Flow: drawing(t, c.flow), Answers: c.answers, Orders: []trial.Recorded{one}}).Orders[0]
			waits := ""
			for _, w := range o.Waits {
				waits += w.Step + " " + w.For + " " + w.Error + " " + w.Cause
			}
			if !strings.HasSuffix(path(o), c.path) || o.State != c.state || !strings.HasPrefix(waits, c.waits) || (c.waits == "") != (waits == "") {
				t.Errorf("%s, %s / %s, waits for %q, notes %v", path(o), o.State, o.Reason, waits, o.Notes)
			}
		})
	}
}

// A retry costs a transition and an invocation.
func TestFailuresCost(t *testing.T) {
	t.Parallel()
	use := func(times int) int {
		a := trial.Answers{"report": {Failure: &trial.Failure{Code: fault.Unavailable, Times: times}}}
		return tried(t, trial.Options{Flow: drawing(t, "lab"), Answers: a, Orders: []trial.Recorded{ordered("#1", "lab", "US", 110)}}).Orders[0].Use.Transitions
	}
	if one, three := use(1), use(3); three != one+2 {
		t.Errorf("%d with one failure, %d with three", one, three)
	}
}

func TestAnAnswerThatIsNotPossibleIsNoted(t *testing.T) {
	t.Parallel()
	a := trial.Answers{"assign": {Failure: &trial.Failure{Code: "Sourcing.NoLocation"}, Exception: flow.Skip}}
	o := tried(t, trial.Options{Flow: drawing(t, "lab"), Answers: a, Orders: []trial.Recorded{ordered("#1", "lab", "US", 110)}}).Orders[0]
	if len(o.Notes) != 1 || !strings.Contains(o.Notes[0], `answer "skip" is not possible for step "assign"`) || len(o.Waits) != 1 {
		t.Errorf("%v %v", o.Notes, o.Waits)
	}
}

func TestAnswersThatDoNotFitAreAllTold(t *testing.T) {
	t.Parallel()
	a, err := trial.ReadAnswers([]byte(`{"nobody":{"ships":true},"validate-header":{"ships":true,"result":{}},"send-seattle":{"failure":{"code":"no code"},"result":{}},"report":{"exception":"dance","answer":"approve"}}`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = trial.Run(t.Context(), trial.Options{Flow: drawing(t, "lab"), Answers: a})
	for _, want := range []string{`no step "nobody"`, `"validate-header" is of type validate-header, which has no ships`, `which has no result`, `not "no code" and 0`, "that always fails has no result", `not by "dance"`, "which has no answer"} {
		if !fault.Is(err, trial.WrongAnswers) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	if _, err := trial.Run(t.Context(), trial.Options{Flow: drawing(t, "wholesale"), Answers: trial.Answers{"terms": {Answer: flow.ReleaseHold}}}); !fault.Is(err, trial.WrongAnswers) {
		t.Errorf("an approval is released: %v", err)
	}
	for _, text := range []string{``, `[]`, `{"a":{"what":1}}`, `{"a":{}} {}`, `{"a":{"failure":"x"}}`} {
		if a, err := trial.ReadAnswers([]byte(text)); !fault.Is(err, trial.WrongAnswers) {
			t.Errorf("%s: %v %v", text, a, err)
		}
	}
}
