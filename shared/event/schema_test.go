package event_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
)

func TestASchemaOfAPayload(t *testing.T) {
	t.Parallel()
	s, err := event.ParseSchema([]byte(`{ "type": "object", "properties": {"a": {"type": "array", "items": {"type": "string", "pattern": "^x"}}},
		"required": ["a"], "additionalProperties": false }`))
	if want := `{"type":"object","properties":{"a":{"type":"array","items":{"type":"string","pattern":"^x"}}},"required":["a"],"additionalProperties":false}`; err != nil || string(s) != want {
		t.Errorf("%s %v", s, err)
	}
	text, err := json.Marshal(event.Definition{Name: "N", Payload: s})
	if err != nil || !strings.Contains(string(text), `"payload":`+string(s)) {
		t.Errorf("%s %v", text, err)
	}
	var back event.Definition
	if err := json.Unmarshal(text, &back); err != nil || back.Payload != s {
		t.Errorf("%+v %v", back, err)
	}
	none, err := json.Marshal(event.Definition{Name: "N"})
	if err != nil || strings.Contains(string(none), "payload") {
		t.Errorf("%s %v", none, err)
	}
}

// What drafts of JSON Schema read differently, or what would be fetched from
// elsewhere, is refused where it is declared.
func TestASchemaThatIsNotCommonToAllDrafts(t *testing.T) {
	t.Parallel()
	within := func(s string) string { return `{"type":"object","properties":{"a":` + s + `}}` }
	for _, text := range []string{
		``, `[]`, `true`, `{}`, `{"type":"string"}`, `{"type":["object","null"]}`, `{"type":"object"} {}`,
		`{"type":"object","$ref":"https://example.com/s.json"}`, `{"type":"object","const":1}`, `{"type":"object","required":[]}`, `{"type":"object","required":["b"]}`,
		`{"type":"object","additionalProperties":{"type":"string"}}`,
		within(`{"type":"string","pattern":"("}`), within(`{"type":"text"}`), within(`true`), within(`null`), within(`{"enum":["a"]}`), within(`{"type":"string","enum":[]}`),
		within(`{"type":"number","exclusiveMinimum":1}`), within(`{"type":"array","items":[{"type":"string"}]}`),
		strings.Repeat(`{"type":"object","properties":{"a":`, 20) + `{"type":"string"}` + strings.Repeat(`}}`, 20),
	} {
		if s, err := event.ParseSchema([]byte(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %q %v", text, s, err)
		}
	}
	if _, err := event.ParseSchema([]byte(`{"type":"object","description":"` + strings.Repeat("x", 20_000) + `"}`)); !fault.Is(err, fault.TooLarge) {
		t.Error(err)
	}
}

func FuzzParseSchema(f *testing.F) {
	f.Add([]byte(`{"type":"object","properties":{"a":{"type":"integer","minimum":1}},"required":["a"]}`))
	f.Add([]byte(`{"type":"object","properties":{"a":{"type":"array","items":{"type":"boolean"}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := event.ParseSchema(data)
		if err != nil {
			return
		}
		again, err := event.ParseSchema([]byte(s))
		if err != nil || again != s {
			t.Errorf("%q is read as %q, and that as %q: %v", data, s, again, err)
		}
	})
}
