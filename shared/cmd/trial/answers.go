package trial

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

// Answers say, by step id, what the world answers where the trial would make
// something up.
type Answers map[string]Answer

// Answer is what the world answers one step. Without one, functions of providers
// succeed, there is stock, locations ship what they are sent, and people say
// nothing.
type Answer struct {
	Result    json.RawMessage `json:"result,omitempty"`    // of the step's function, which is not called then
	Failure   *Failure        `json:"failure,omitempty"`   // of the step's function
	Ships     *bool           `json:"ships,omitempty"`     // false: what a step sends never leaves the location
	Answer    flow.HoldAnswer `json:"answer,omitempty"`    // a person's to a hold or an approval
	Exception flow.Answer     `json:"exception,omitempty"` // a person's to the first exception of the step
}

// Failure is how a function fails.
type Failure struct {
	Code    string `json:"code"` // what Retry and Catch see, "Provider.Unavailable"
	Message string `json:"message,omitempty"`
	Times   int    `json:"times,omitempty"` // how many attempts fail; 0: all of them
}

// Code of answers that do not fit the flow.
const WrongAnswers = "Trial.WrongAnswers"

// ReadAnswers reads answers; what they must fit is checked when they are used.
func ReadAnswers(data []byte) (Answers, error) {
	var all Answers
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&all); err != nil {
		return nil, fault.Wrap(err, WrongAnswers, "answers are an object: step id → result, failure, ships, answer or exception")
	}
	if dec.More() {
		return nil, fault.New(WrongAnswers, "something follows after the answers")
	}
	return all, nil
}

// asked are the steps of each type that can be answered, by the field.
var asked = map[string][]flow.StepType{
	"result":  {flow.ProviderAction, flow.SendToFulfillment, flow.Reserve, flow.AssignSource},
	"failure": {flow.ProviderAction, flow.SendToFulfillment, flow.Reserve, flow.AssignSource, flow.ValidateHeader, flow.ValidateLines, flow.CreateFulfillmentOrders, flow.SetFields, flow.RaiseEvent},
	"ships":   {flow.SendToFulfillment},
	"answer":  {flow.HoldStep, flow.ApprovalStep},
}

var errorName = regexp.MustCompile(`^[A-Za-z]+(\.[A-Za-z]+)+$`)

// fit returns all that is wrong with the answers for the steps of a flow.
func (all Answers) fit(steps map[string]*flow.Step) error {
	var wrong []string
	for _, id := range slices.Sorted(maps.Keys(all)) {
		a, s := all[id], steps[id]
		if s == nil {
			wrong = append(wrong, fmt.Sprintf("the flow has no step %q", id))
			continue
		}
		for field, given := range map[string]bool{"result": a.Result != nil, "failure": a.Failure != nil, "ships": a.Ships != nil, "answer": a.Answer != ""} {
			if given && !slices.Contains(asked[field], s.Type) {
				wrong = append(wrong, fmt.Sprintf("step %q is of type %s, which has no %s", id, s.Type, field))
			}
		}
		wrong = append(wrong, a.values(s)...)
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return fault.New(WrongAnswers, "%s", strings.Join(wrong, "; "))
}

// values returns what is wrong with the values of an answer.
func (a Answer) values(s *flow.Step) (wrong []string) {
	say := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("step %q: "+format, append([]any{s.ID}, args...)...))
	}
	if f := a.Failure; f != nil && (!errorName.MatchString(f.Code) || f.Times < 0) {
		say("a failure has a code such as Provider.Unavailable and times above 0, not %q and %d", f.Code, f.Times)
	}
	if a.Result != nil && a.Failure != nil && a.Failure.Times == 0 {
		say("a step that always fails has no result")
	}
	person := map[flow.StepType][]flow.HoldAnswer{flow.HoldStep: {flow.ReleaseHold}, flow.ApprovalStep: {flow.Approve, flow.Reject}}[s.Type]
	if a.Answer != "" && person != nil && !slices.Contains(person, a.Answer) {
		say("it is answered by %v, not by %q", person, a.Answer)
	}
	if a.Exception != "" && !slices.Contains([]flow.Answer{flow.Reprocess, flow.Skip, flow.Cancel}, a.Exception) {
		say("an exception is answered by reprocess, skip or cancel, not by %q", a.Exception)
	}
	return wrong
}
