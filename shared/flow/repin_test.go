package flow_test

import (
	"bytes"
	"testing"

	"github.com/orderloom/orderloom/shared/flow"
)

func TestAPolicyIsRepinnedWhereItIsReferredTo(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`{"entry": {"filter": [ "a@1" ,"b@1"]}}`:                                  `{"entry": {"filter": [ "a@2" ,"b@1"]}}`,
		"{\"steps\":[{\"policies\":[\"b@1\",\n\"a@1\"],\"name\":\"a@1\"}]}":       "{\"steps\":[{\"policies\":[\"b@1\",\n\"a@2\"],\"name\":\"a@1\"}]}",
		`{"steps":[{"branches":[{"filter":["a@1"]},{"name":"x","filter":[]}]}]}`:  `{"steps":[{"branches":[{"filter":["a@2"]},{"name":"x","filter":[]}]}]}`,
		`{"steps":[{"parameters":{"policies":["a@1"]},"policies":["a\u00401"]}]}`: `{"steps":[{"parameters":{"policies":["a@1"]},"policies":["a@2"]}]}`,
		`{"steps":[{"steps":[{"policies":["a@1"]}]}],"policies":"a@1"}`:           `{"steps":[{"steps":[{"policies":["a@2"]}]}],"policies":"a@1"}`,
		`{"policies":["a@1"`: `{"policies":["a@2"`,
		``:                   ``,
		`]`:                  `]`,
	} {
		if got := string(flow.Repin([]byte(document), "a@1", "a@2")); got != want {
			t.Errorf("%s\nbecomes %s\nwant    %s", document, got, want)
		}
	}
}

// FuzzRepin: what does not change stays byte for byte, and nothing panics.
func FuzzRepin(f *testing.F) {
	f.Add([]byte(`{"entry":{"filter":["a@1"]},"steps":[{"policies":["a@1",{"filter":["a@1"]}]}]}`))
	f.Add([]byte(`[[],{"parameters":[]}]`))
	f.Fuzz(func(t *testing.T, document []byte) {
		there := flow.Repin(document, "a@1", "a@22")
		if again := flow.Repin(there, "a@1", "a@22"); !bytes.Equal(again, there) {
			t.Errorf("%q becomes %q, then %q", document, there, again)
		}
	})
}
