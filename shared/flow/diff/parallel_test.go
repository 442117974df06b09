package diff_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/flow/diff"
)

const parted = `{"id": "f", "start": "p", "steps": [
	{"id": "p", "name": "P", "type": "parallel", "next": "z", "branches": [
		{"name": "Left", "start": "l", "steps": [{"id": "l", "name": "L", "type": "wait-for-event", "event": "OrderChanged", "deadline": "P1D", "next": "k"}, {"id": "k", "name": "K", "type": "end"}]},
		{"name": "Right", "start": "r", "steps": [{"id": "r", "name": "R", "type": "end"}]}]},
	{"id": "z", "name": "Z", "type": "end"}]}`

// They all run, in any order.
func TestBranchesHaveNoOrder(t *testing.T) {
	t.Parallel()
	left, right, _ := strings.Cut(parted[strings.Index(parted, `{"name": "Left"`):strings.Index(parted, "]},\n\t{")], ",\n\t\t")
	swapped := strings.NewReplacer(left, right, right, left).Replace(parted)
	words, problems := diff.Documents([]byte(parted), []byte(swapped))
	if len(problems) > 0 || len(words) > 0 || swapped == parted {
		t.Errorf("%q %v", words, problems)
	}
}

func TestBranchesAreCompared(t *testing.T) {
	t.Parallel()
	right := `{"name": "Right", "start": "r", "steps": [{"id": "r", "name": "R", "type": "end"}]}`
	for name, c := range map[string]struct {
		was, is string
		words   []string
	}{
		"a branch more": {right, right + `, {"name": "Third", "start": "t", "steps": [{"id": "t", "name": "T", "type": "end"}]}`,
			[]string{`step "P": branch "Third" is added, beginning with "T"`, `step "T" is added inside "p, branch Third": end`}},
		"a branch less":            {",\n\t\t" + right, ``, []string{`step "R" is removed`, `step "P": branch "Right" is removed`}},
		"it begins elsewhere":      {`"start": "l"`, `"start": "k"`, []string{`step "P" branch "Left" begins with "K", not with "L"`}},
		"a deadline inside":        {`"P1D"`, `"P2D"`, []string{`step "L": deadline is "P2D", not "P1D"`}},
		"what becomes of it":       {`"P1D"`, `"P1D", "onDeadline": "k"`, []string{`step "L": onDeadline is now "k"`}},
		"a step on the other side": {`{"id": "k", "name": "K", "type": "end"}]}`, `{"id": "z2", "name": "Z2", "type": "end"}]}`, []string{`step "K" is removed`, `step "Z2" is added inside "p, branch Left": end`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			words, problems := diff.Documents([]byte(parted), []byte(strings.Replace(parted, c.was, c.is, 1)))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			slices.Sort(words)
			slices.Sort(c.words)
			if !slices.Equal(words, c.words) {
				t.Errorf("%q", words)
			}
		})
	}
}
