package bundle_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

func compact(t testing.TB, text string) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestProblemsOfFormAreAllToldWithThoseInside(t *testing.T) {
	t.Parallel()
	good := exported(t)
	with := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s is not in it", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for in, codes := range map[string][]string{
		"":                 {jsondoc.InvalidJSON},
		"[]":               {jsondoc.InvalidJSON},
		"\xff":             {jsondoc.InvalidJSON},
		`{"format":"2.0"}`: {flow.NewerFormat},
		`{"format":"1.0"}`: {jsondoc.MissingField},
		`{"format":"1.0","flows":[],"states":"x"}`:                                   {jsondoc.InvalidValue},
		with(`"states":`, `"secrets":{"a":"b"},"states":`):                           {jsondoc.UnknownField},
		with(`"id":"warehouse"`, `"id":"warehouse","values":{}`):                     {jsondoc.UnknownField},
		with(`"splitter"`, `"dance"`):                                                {flow.UnknownType},
		with(`"order.channel"`, `"order.color"`):                                     {"UNKNOWN_PATH"},
		with(`"policies":[`, `"policies":[7,`):                                       {jsondoc.InvalidJSON},
		with(`"instances":[`, `"instances":[{"id":"warehouse","provider":"x"},"y",`): {jsondoc.InvalidValue, jsondoc.WrongType},
		with(`"entries":{`, `"entries":{"a":7,`):                                     {jsondoc.WrongType},
		strings.Repeat("[", 10_000):                                                  {jsondoc.InvalidJSON},
		strings.Repeat(" ", jsondoc.MaxBytes) + good:                                 {jsondoc.InvalidJSON},
	} {
		_, problems := bundle.Parse([]byte(in))
		for _, code := range codes {
			if !problems.Has(code) {
				t.Errorf("%.80s: no %s in %v", in, code, problems)
			}
		}
	}
	flows := `{"format":"1.0","states":"x","flows":[` + strings.TrimSuffix(strings.Repeat("{},", bundle.MaxFlows+1), ",") + `]}`
	if _, problems := bundle.Parse([]byte(flows)); len(problems) != 1 || problems[0].Code != jsondoc.InvalidValue {
		t.Errorf("%v", problems)
	}
}

// What is read is what was written, and reading never panics.
func FuzzParse(f *testing.F) {
	f.Add([]byte(exported(f)))
	f.Add([]byte(`{"format":"1.0","flows":[{}],"policies":[{}],"mappings":[{"entries":{"a":"b"}}],"states":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, problems := bundle.Parse(data)
		if len(problems) > 0 {
			return
		}
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		again, problems := bundle.Parse(text)
		if len(problems) > 0 {
			t.Fatalf("%s: %v", text, problems)
		}
		if back, err := json.Marshal(again); err != nil || string(back) != string(text) {
			t.Errorf("%s\n%s %v", text, back, err)
		}
	})
}
