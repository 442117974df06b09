package transform_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/transform"
)

// parse reads a mapping of the given fields.
func parse(t testing.TB, fields string) *transform.Mapping {
	t.Helper()
	m, err := transform.Parse([]byte(`{"format":"1.0","title":"test","fields":` + fields + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAWrongMappingIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ mapping, want string }{
		{`{"format":"2.0","fields":{"a":{"path":"a"}}}`, `format: want "1.0"`},
		{`{"format":"1.0"}`, "fields: a mapping needs some"},
		{`{"format":"1.0","fields":{"a":{}}}`, "fields.a: want exactly one of path"},
		{`{"format":"1.0","fields":{"a":{"path":"a","const":"b"}}}`, "fields.a: want exactly one of path"},
		{`{"format":"1.0","fields":{"a":{"path":"a","type":"money"}}}`, "fields.a.type: unknown type money"},
		{`{"format":"1.0","fields":{"a":{"path":"a","lookup":{"table":"t","missing":"guess"}}}}`, "fields.a.lookup.missing"},
		{`{"format":"1.0","fields":{"a":{"context":"weather"}}}`, "fields.a.context: unknown field weather"},
		{`{"format":"1.0","fields":{"a":{"path":"a","each":"b"}}}`, "fields.a: at, each and when go with object"},
		{`{"format":"1.0","fields":{"a":{"object":{"b":{"path":"b"}},"at":"x","each":"y"}}}`, "fields.a: want at or each, not both"},
		{`{"format":"1.0","fields":{"a":{"object":{"b":{"object":{"c":{}}}}}}}`, "fields.a.object.b.object.c: want exactly one"},
		{`{"format":"1.0","fields":{"a":{"paht":"a"}}}`, `unknown field "paht"`},
		{`{"format":"1.0","fields":{"a":{"path":7}}}`, "cannot unmarshal"},
		{`{"format":"1.0","fields":{"a":{"path":"a"}}} {}`, "data after the document"},
		{`{"format":"1.0","fields":` + strings.Repeat(`{"a":{"object":`, 30) + `{"a":{"path":"a"}}` + strings.Repeat(`}}`, 30) + `}`, "nested too deeply"},
		{`{`, "unexpected EOF"},
		{``, "EOF"},
	} {
		if _, err := transform.Parse([]byte(c.mapping)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80s: %v, want %q", c.mapping, err, c.want)
		}
	}
}

func TestAllProblemsOfAMappingAreListedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := transform.Parse([]byte(`{"format":"0","fields":{"b":{"path":"b","type":"x"},"a":{},"c":{"object":{"d":{"context":"y"}}}}}`))
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatal(err)
	}
	all, _ := f.Data.([]string)
	var places []string
	for _, p := range all {
		place, _, _ := strings.Cut(p, ":")
		places = append(places, place)
	}
	if got := strings.Join(places, " "); got != "format fields.a fields.b.type fields.c.object.d.context" {
		t.Errorf("problems at %s", got)
	}
}
