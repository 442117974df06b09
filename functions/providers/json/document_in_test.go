package json

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table/sqlite"
	"github.com/orderloom/orderloom/shared/transform"
)

var ctx = context.Background()

// mapping is that of the tests' entity; a test can break it.
const mapping = `{"format":"1.0","title":"T","fields":{
	"number":{"path":"no","type":"id","required":true},"hours":{"path":"time","type":"integer"},"shelf":{"path":"place","lookup":{"table":"shelf","missing":"keep"}},
	"parts":{"each":"parts","object":{"sku":{"path":"article"}}}}}`

// newTransformation has one instance of the entity of package entity's tests, and
// one of an entity that is not declared.
func newTransformation(t *testing.T, mapping string) transformation {
	t.Helper()
	t.Parallel()
	clk := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "t.db"), clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	data, err := os.ReadFile("../../../shared/entity/testdata/repair-job.txtar")
	if err != nil {
		t.Fatal(err)
	}
	e, problems := entity.Parse(txtar.Parse(data).Files[0].Data)
	if problems != nil {
		t.Fatal(problems)
	}
	for _, in := range []provider.Instance{
		{ID: "workshop", Provider: "json", Organization: "o", Company: "c", Channel: "w", MappingGroup: "g", Active: true, Parameters: map[string]string{"entity": "repairJob"}},
		{ID: "toys", Provider: "json", Active: true, Parameters: map[string]string{"entity": "toy"}},
		{ID: "vague", Provider: "json", Active: true},
	} {
		if err := provider.Save(ctx, db, in); err != nil {
			t.Fatal(err)
		}
	}
	if err := provider.SaveMapping(ctx, db, "g", "shelf", map[string]string{"left": "A"}); err != nil {
		t.Fatal(err)
	}
	return transformation{fn.Deps{Table: db, Clock: clk}, inbox.Box{Table: db, Now: clk.Now}, []entity.Entity{e},
		func(*entity.Entity) (*transform.Mapping, error) { return transform.Parse([]byte(mapping)) }}
}

func TestAMessageBecomesTheDocumentOfItsEntity(t *testing.T) {
	tr := newTransformation(t, mapping)
	if _, err := tr.box.Receive(ctx, inbox.Message{ID: "msg_1", Instance: "workshop", Provider: "json"}, []byte(`{"no":7,"time":"3","place":"left","parts":[{"article":"S"}]}`)); err != nil {
		t.Fatal(err)
	}
	out, err := tr.run(ctx, DocumentInput{Message: "msg_1"})
	if err != nil || out.Kind != "entity" || out.Body != nil {
		t.Fatalf("%+v %v", out, err)
	}
	data, err := tr.box.Document(ctx, "msg_1")
	var got store.Body
	if err == nil {
		err = json.Unmarshal(data, &got)
	}
	want := store.Body{Entity: "repairJob", Instance: "workshop", Organization: "o", Company: "c", Channel: "w", Document: entity.Document{
		"number": "7", "hours": 3.0, "shelf": "A", "parts": []any{map[string]any{"sku": "S"}}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(diff, err)
	}
	inline, err := tr.run(ctx, DocumentInput{Instance: "workshop", Body: json.RawMessage(`{"no":"R","parts":[]}`)})
	if err != nil || inline.Body == nil || inline.Body.Document["number"] != "R" {
		t.Errorf("%+v %v", inline, err)
	}
}

// What the mapping cannot read names the path in the sender's document, what the
// entity does not take the path in its own.
func TestWhatIsWrongIsSaidWithPathAndValue(t *testing.T) {
	tr := newTransformation(t, mapping)
	for _, c := range []struct{ instance, body, code, field, value string }{
		{"workshop", `{}`, transform.MissingField, "no", ""},
		{"workshop", `{"no":1,"time":"many"}`, transform.WrongType, "time", `"many"`},
		{"workshop", `{"no":1,"time":101}`, transform.WrongType, "hours", "101"},
		{"workshop", `{"no":1,"place":"roof"}`, transform.WrongType, "shelf", `"roof"`},
		{"workshop", `{"no":1,"parts":[{}]}`, transform.MissingField, "parts.0.sku", ""},
		{"workshop", `{`, fault.Invalid, "", ""},
		{"toys", `{"no":1}`, fault.Misconfigured, "parameters.entity", ""},
		{"vague", `{"no":1}`, fault.Misconfigured, "parameters.entity", ""},
		{"nobody", `{"no":1}`, fault.NotFound, "", ""},
	} {
		_, err := tr.run(ctx, DocumentInput{Instance: c.instance, Body: json.RawMessage(c.body)})
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != c.code || f.Field != c.field || f.Value != c.value {
			t.Errorf("%s %s: %v", c.instance, c.body, err)
		}
	}
	if _, err := tr.run(ctx, DocumentInput{Message: "msg_none"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestAMappingThatDoesNotReadIsAFailureOfTheMessage(t *testing.T) {
	tr := newTransformation(t, `{"format":"1.0"}`)
	if _, err := tr.run(ctx, DocumentInput{Instance: "workshop", Body: json.RawMessage(`{"no":1}`)}); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

// What was in error comes in once the mapping is corrected: the message is not
// sent again.
func TestAMessageIsReplayedWithTheCorrectedMapping(t *testing.T) {
	tr := newTransformation(t, strings.Replace(mapping, `"path":"no"`, `"path":"number"`, 1))
	if _, err := tr.box.Receive(ctx, inbox.Message{ID: "msg_1", Instance: "workshop", Provider: "json"}, []byte(`{"no":7}`)); err != nil {
		t.Fatal(err)
	}
	_, err := tr.run(ctx, DocumentInput{Message: "msg_1"})
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != transform.MissingField || f.Field != "number" || f.Record != "msg_1" {
		t.Fatalf("%v", err)
	}
	if err := tr.box.Settle(ctx, "msg_1", inbox.Failed, "", f); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.box.Replay(ctx, "msg_1"); err != nil {
		t.Fatal(err)
	}
	tr.mapping = func(*entity.Entity) (*transform.Mapping, error) { return transform.Parse([]byte(mapping)) }
	if out, err := tr.run(ctx, DocumentInput{Message: "msg_1"}); err != nil || out.Kind != "entity" {
		t.Errorf("%+v %v", out, err)
	}
	if data, err := tr.box.Document(ctx, "msg_1"); err != nil || !strings.Contains(string(data), `"number":"7"`) {
		t.Errorf("%s %v", data, err)
	}
}

// Nobody is let in without a secret, whichever way.
func TestEveryHandlerIsVerified(t *testing.T) {
	t.Parallel()
	for _, h := range Provider.Handlers {
		if h.Transformation != DocumentIn.ID || len(h.Verification.Secrets) == 0 || h.Alternative == nil || len(h.Alternative.Secrets) == 0 || h.Alternative.User == "" {
			t.Errorf("%+v", h)
		}
		names := map[string]bool{}
		for _, p := range Provider.Parameters {
			names[p.Name] = p.Secret
		}
		for _, s := range append(h.Verification.Secrets, h.Alternative.Secrets...) {
			if !names[s] {
				t.Errorf("%s is no secret parameter", s)
			}
		}
	}
}
