package scenario_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/scenario"
)

const wish = "-- wish.json --\n{\"no\": 1, \"for\": {\"name\": \"Ann\"}}\n"

func TestDocumentsOfEntitiesAreSentAndAnswered(t *testing.T) {
	t.Parallel()
	s, path, record, err := run(t, `
post wishes wish.json W-1
repeat 2 post wishes wish.json W-1 delivery=7 no=2.50 for.name= text=quick
expect record W-1 Waiting / For Wish
until W-1 Waiting / For Wish
expect hold W-1 ask
approve W-1
cancel W-1
abort W-1
expect messages 1 Transform.MissingField a value
replay
`+wish)
	if err != nil {
		t.Fatal(err)
	}
	changed := `/hooks/wishes by 7:{"no": 2.50, "for": {},"text":"quick"}`
	want := []string{
		`/hooks/wishes by :{"no": 1, "for": {"name": "Ann"}}` + "\n", changed, changed,
		`/api/records/wsh_1/approve {"by":"scenario","reason":"looked at"}`, `/api/records/wsh_1/cancel {"reason":"scenario"}`, "/api/messages/msg_1/replay ",
	}
	if diff := cmp.Diff(want, s.posted); diff != "" || s.aborted != "r" {
		t.Error(diff, s.aborted)
	}
	if path != "W-1: WishReceived\n" || record != "W-1: Waiting / For Wish\n" {
		t.Errorf("%q %q", path, record)
	}
}

func TestDocumentsThatAreNotThere(t *testing.T) {
	t.Parallel()
	for steps, want := range map[string]string{
		"post wishes wish.json":                                           "want: post",
		"post wishes other.json W-1":                                      "no section other.json",
		"post wishes wish.json W-1 quick":                                 `unknown argument "quick"`,
		"repeat 2 post":                                                   "want: repeat",
		"expect messages 2 Transform.MissingField":                        "it is: 1",
		"expect messages 1 Transform.WrongType":                           "it is: Transform.MissingField",
		"post wishes wish.json W-1\nexpect record W-1 Done / Done":        "it is: Waiting / For Wish",
		"post wishes wish.json W-9\nexpect record W-9 Waiting / For Wish": "404",
	} {
		if _, _, _, err := run(t, steps+"\n"+wish); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", steps, err)
		}
	}
}

func TestFormatKeepsDocuments(t *testing.T) {
	t.Parallel()
	text := []byte("T\n-- steps --\nidle\n" + wish + "-- path --\nold\n-- record --\nold\n")
	script, err := scenario.Parse(scenario.Format(scenario.Format(text, "p\n", "r\n"), "p\n", "r\n"))
	if err != nil || !strings.Contains(string(script.Documents["wish.json"]), `"Ann"`) || script.Record != "r\n" {
		t.Errorf("%+v %v", script, err)
	}
}
