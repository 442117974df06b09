package attrjson_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/attrjson"
)

const sample = `{"b":{"B":"AAE="},"n":{"N":"-7"},"none":{"B":""},"s":{"S":"a\u0000é"},"yes":{"BOOL":true}}`

var sampleItem = table.Item{"b": []byte{0, 1}, "n": int64(-7), "none": []byte{}, "s": "a\x00é", "yes": true}

func TestItemsHaveDynamoDBsForm(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(attrjson.Item(sampleItem))
	if err != nil || string(text) != sample {
		t.Errorf("%s, %v\nwant %s", text, err, sample)
	}
	var back attrjson.Item
	if err := json.Unmarshal([]byte(sample), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sampleItem, table.Item(back)); diff != "" {
		t.Error(diff)
	}
}

func TestOtherTypesAreRefusedByName(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`{"L":[]}`, `{"M":{}}`, `{"NULL":true}`, `{"SS":["x"]}`, `{"N":"1.5"}`, `{"N":"9223372036854775808"}`,
		`{"N":1}`, `{"S":null}`, `{"S":1}`, `{"BOOL":"true"}`, `{"BOOL":null}`, `{"B":"?"}`, `{}`, `{"S":"x","N":"1"}`, `"x"`, `null`, `[]`, `{"X":"x"}`} {
		var item attrjson.Item
		err := json.Unmarshal([]byte(`{"name":`+value+`}`), &item)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v as %v", value, err, item)
		}
	}
	if _, err := json.Marshal(attrjson.Item{"f": 1.5}); err == nil {
		t.Error("a float was encoded")
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"a":{"N":"01"}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var item attrjson.Item
		if json.Unmarshal(text, &item) != nil {
			return
		}
		out, err := json.Marshal(item)
		if err != nil {
			t.Fatal(err)
		}
		var again attrjson.Item
		if err := json.Unmarshal(out, &again); err != nil || cmp.Diff(item, again) != "" {
			t.Errorf("%s became %s: %v", text, out, err)
		}
	})
}
