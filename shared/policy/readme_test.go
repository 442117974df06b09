package policy_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/policy"
)

// The examples of the format are read as policies, or as actions of one.
func TestExamplesOfTheFormatAreValid(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../statemachines/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(data), "\n## Policies\n")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	blocks := strings.Split(chapter, "```json\n")
	for _, block := range blocks[1:] {
		doc, _, _ := strings.Cut(block, "```")
		if !strings.Contains(doc, `"kind"`) {
			doc = strings.Replace(ruled("", "["+doc+"]"), `"line"`, `"order"`, 1)
		}
		if _, problems := policy.Parse([]byte(doc)); problems != nil {
			t.Errorf("%s\n%v", doc, problems)
		}
	}
	if len(blocks) < 3 {
		t.Errorf("%d examples", len(blocks)-1)
	}
	for _, o := range policy.Operators() {
		if !strings.Contains(chapter, "`"+string(o)+"`") {
			t.Errorf("the operator %s is not explained", o)
		}
	}
}

// A result is kept as JSON: what it does not say is left out.
func TestAResultIsJSON(t *testing.T) {
	t.Parallel()
	full, _, _ := records()
	data, err := json.Marshal(policy.Evaluate(parse(t, execution(`{"name":"a","when":`+met+`}`, "")), full))
	want := `{"policy":"p@2","title":"P","criticality":"critical","holds":true,"rules":[{"name":"a","met":true,"rows":[{"field":"line.quantity","found":5,"operator":"equals","expected":5,"outcome":true}]}]}`
	if err != nil || string(data) != want {
		t.Errorf("%s %v", data, err)
	}
}
