package trial_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/cmd/trial"
	"github.com/orderloom/orderloom/shared/order"
)

// text is an order as JSON.
func text(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestOrdersAreReadFromListsAndLines(t *testing.T) {
	t.Parallel()
	a, b := ordered("#1", "web", "US", 1), ordered("#2", "web", "US", 2)
	b.Status = &order.Status{Order: "ord_01", ReceivedAt: noon}
	want := []trial.Recorded{a, b}
	alone := text(t, a.Document)
	for says, in := range map[string]string{
		"a list":                     " [" + text(t, a) + ",\n" + text(t, b) + "]\n",
		"lines":                      text(t, a) + "\n" + text(t, b) + "\n",
		"documents, one without":     alone + "\n\n" + text(t, b),
		"what orders show --json is": `{"document":` + alone + `,"runs":[],"exceptions":[]}` + text(t, b),
	} {
		got, err := trial.Read(strings.NewReader(in))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", says, err, diff)
		}
	}
	for _, none := range []string{"", " \n", "[]", "[ ]\n"} {
		if got, err := trial.Read(strings.NewReader(none)); err != nil || len(got) != 0 {
			t.Errorf("%q: %v %v", none, got, err)
		}
	}
}

func TestWhatIsWrongWithOrdersIsAllTold(t *testing.T) {
	t.Parallel()
	good := text(t, ordered("#1", "web", "US", 1))
	with := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s is not in it", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for in, want := range map[string]string{
		good + "\n" + good: "record 2 (#1): it is the same order as record 1",
		with(`"channel":"web"`, `"channel":""`) + with(`"currency":"USD"`, `"currency":"US"`) + with(`"externalId":"#1"`, `"externalId":7`): "record 1 (#1), field channel: it is missing\n" +
			"record 2 (#1), field currency: \"US\" is no currency of ISO 4217\nrecord 3 (#1), field document.externalId: it is a number, not a string",
		with(`"quantity":1`, `"quantity":0`):                                           "record 1 (#1), field lines.0.quantity: 0 is not above 0",
		with(`"kind":"physical"`, `"kind":"gas"`):                                      `record 1 (#1), field lines.0.kind: "gas" is not physical, digital or service`,
		with(`"id":"1"`, `"id":""`):                                                    "record 1 (#1), field lines.0.id: it is missing",
		with(`"placedAt":"2026-01-02T12:00:00Z"`, `"placedAt":"0001-01-01T00:00:00Z"`): "record 1 (#1), field placedAt: it is missing, or not a time of this age",
		`{"document":{},"status":{"order":"../x"}}`:                                    `field status.order: "../x" is no order id`,
		good + "\n{\"a\":":                                                             "record 2: it is not JSON: unexpected EOF",
		"[" + good:                                                                     "record 2: the list does not end: EOF",
		"[" + good + "] []":                                                            "something follows after the list",
		"[1, null, \"x\", []]":                                                         "record 1: an order is an object\nrecord 2: an order is an object\nrecord 3: an order is an object\nrecord 4: an order is an object",
		"\xff\xfe":                                                                     "record 1: it is not JSON",
		strings.Repeat("[", 100_000):                                                   "record 1: it is not JSON",
		`{"document":{"lines":` + strings.Repeat(`[`, 20_000) + `}}`:                   "record 1: it is not JSON",
	} {
		got, err := trial.Read(strings.NewReader(in))
		if err == nil || got != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %d orders, %v", in, len(got), err)
		}
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("{}\n", trial.MaxOrders+1)
	if _, err := trial.Read(strings.NewReader(many)); err == nil || !strings.Contains(err.Error(), "and ") {
		t.Errorf("%.200v", err)
	}
	large := ordered("#1", "web", "US", 1)
	large.Document.Note = strings.Repeat("x", trial.MaxOrderBytes)
	if _, err := trial.Read(strings.NewReader(text(t, large))); err == nil || !strings.Contains(err.Error(), "bytes, at most") {
		t.Errorf("%.200v", err)
	}
	long := ordered("#1", "web", "US")
	for i := range order.MaxLines + 1 {
		long.Document.Lines = append(long.Document.Lines, order.Line{ID: fmt.Sprint(i), Kind: order.Digital, Quantity: 1})
	}
	if _, err := trial.Read(strings.NewReader(text(t, long))); err == nil || !strings.Contains(err.Error(), "2001 lines, at most 2000") {
		t.Errorf("%.200v", err)
	}
}

// Whatever is read can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(text(f, ordered("#1", "web", "US", 1))))
	f.Add([]byte(`[{"document":{}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := trial.Read(bytes.NewReader(data))
		if err != nil || len(all) == 0 {
			return
		}
		again, err := trial.Read(strings.NewReader(text(t, all)))
		if err != nil {
			t.Fatal(err)
		}
		if text(t, again) != text(t, all) {
			t.Errorf("%s\n%s", text(t, all), text(t, again))
		}
	})
}

func FuzzReadAnswers(f *testing.F) {
	f.Add([]byte(`{"report":{"failure":{"code":"Provider.Refused","times":1},"exception":"skip"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := trial.ReadAnswers(data)
		if err != nil {
			return
		}
		_, _ = trial.Run(t.Context(), trial.Options{Flow: []byte("{}"), Answers: a}) // must not panic
	})
}
