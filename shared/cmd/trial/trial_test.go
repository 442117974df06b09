package trial_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/cmd/trial"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// drawing is one of the repository.
func drawing(t testing.TB, id string) []byte {
	t.Helper()
	data, err := os.ReadFile("../../../statemachines/" + id + "/flow.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// ordered is an order of so many pieces in each line.
func ordered(name, channel, country string, quantities ...int) trial.Recorded {
	d := order.Document{
		Organization: "o", Company: "c", Channel: channel, Instance: channel + "-shop", ExternalID: name, Name: name, PlacedAt: noon, UpdatedAt: noon,
		Currency: "USD", PaymentStatus: "paid", ShipTo: &order.Address{Country: country}, Totals: order.Totals{Total: "10.00"}, Customer: order.Customer{Name: "Ann"},
	}
	for i, q := range quantities {
		d.Lines = append(d.Lines, order.Line{ID: fmt.Sprint(i + 1), Kind: order.Physical, SKU: "WIDGET", Product: "prd_widget", Quantity: q, Price: "1.00"})
	}
	return trial.Recorded{Document: d}
}

func tried(t testing.TB, o trial.Options) trial.Report {
	t.Helper()
	r, err := trial.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// path is the steps of an order, with what was decided.
func path(o trial.Outcome) string {
	var all []string
	for _, v := range o.Path {
		text := v.Step
		for _, d := range v.Decisions {
			if d.Taken != "" {
				text += "=" + d.Taken
			}
			if d.Error != "" {
				text += "!" + d.Error
			}
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func TestAnOrderGoesTheWayOfTheDrawing(t *testing.T) {
	t.Parallel()
	r := tried(t, trial.Options{Flow: drawing(t, "lab"), Orders: []trial.Recorded{ordered("#1", "lab", "US", 110), ordered("#2", "lab", "US", 110, 10)}})
	one := "validate-header validate-lines assign=Seattle reserve create fulfill location=Seattle send-seattle wait report complete=yes shipped done"
	if got := path(r.Orders[0]); got != one {
		t.Errorf("%s", got)
	}
	two := "validate-header validate-lines assign=Seattle=Chicago reserve create fulfill location=Seattle send-seattle wait report complete=yes shipped" +
		" location=Chicago send-chicago wait report complete=yes shipped done"
	if got := path(r.Orders[1]); got != two {
		t.Errorf("%s", got)
	}
	for _, o := range r.Orders {
		if o.State != order.Completed || o.Run != "SUCCEEDED" || o.Waits != nil || o.Notes != nil || o.Before != nil || o.Differences != nil {
			t.Errorf("%+v", o)
		}
	}
	want := trial.Traffic{Step: "send-chicago", Name: "Send to Chicago", Orders: 1, Visits: 1}
	if !slices.Contains(r.Steps, want) {
		t.Errorf("%+v", r.Steps)
	}
}

// What the compiler says that an order takes at most is what a plain one takes.
func TestTheCostIsCountedWhereItArises(t *testing.T) {
	t.Parallel()
	r := tried(t, trial.Options{Flow: drawing(t, "lab"), Orders: []trial.Recorded{ordered("#1", "lab", "US", 110), ordered("#2", "lab", "US", 1)}})
	if plain := r.Orders[0].Use; plain.Transitions != 20 || !strings.HasPrefix(r.Formula, "11 per order + 9 per fulfillment order") || plain.Requests != 12 || plain.WriteUnits != 58 || plain.Events != 14 {
		t.Errorf("%+v of %s", plain, r.Formula)
	}
	sum := r.Orders[0].Amount.Add(r.Orders[1].Amount)
	if !sum.Equal(r.Summary.Amount) || !r.Orders[1].Amount.LessThan(r.Orders[0].Amount) || !r.Summary.PerEntered.Equal(sum.Mul(decimal.NewFromInt(500)).Round(6)) {
		t.Errorf("%s and %s, in all %s, %s per 1,000", r.Orders[0].Amount, r.Orders[1].Amount, r.Summary.Amount, r.Summary.PerEntered)
	}
}

func TestDecisionsShowWhatWasFoundAndExpected(t *testing.T) {
	t.Parallel()
	r := tried(t, trial.Options{Flow: drawing(t, "lab"), Orders: []trial.Recorded{ordered("#1", "lab", "CA", 110), ordered("#2", "web", "US", 110)}})
	o := r.Orders[0]
	row := o.Path[0].Decisions[0].Policies[0].Rules[0].Rows[0]
	if row.Field != "order.shipTo.country" || row.Found != "CA" || row.Operator != "equals" || string(row.Expected) != `"US"` || row.Outcome {
		t.Errorf("%+v", row)
	}
	if len(o.Waits) != 1 || o.Waits[0].Step != "validate-header" || o.Waits[0].Error != fault.PolicyNotMet || len(o.Waits[0].Why) == 0 || o.State != order.OnHold {
		t.Errorf("%+v", o.Waits)
	}
	other := r.Orders[1]
	if other.Enters || other.Path != nil || other.Entry[0].Holds || other.Entry[0].Rules[0].Rows[0].Found != "web" || !other.Amount.IsZero() || other.Use.Transitions != 0 {
		t.Errorf("an order for another flow: %+v", other)
	}
	if s := r.Summary; s.Orders != 2 || s.Entered != 1 || s.Waiting != 1 || s.Standings["On Hold / Order Validation Failed"] != 1 || len(s.Standings) != 1 {
		t.Errorf("%+v", s)
	}
}

// The machine decides, the explanation is computed beside it: they agree.
func TestExplanationsAgreeWithTheMachine(t *testing.T) {
	t.Parallel()
	orders := []trial.Recorded{ordered("#1", "wholesale", "US", 1), ordered("#2", "wholesale", "DE", 1), ordered("#3", "wholesale", "US", 1)}
	orders[1].Document.Totals.Total, orders[2].Document.PaymentStatus = "2000.00", "pending"
	r := tried(t, trial.Options{Flow: drawing(t, "wholesale"), Orders: orders, Answers: trial.Answers{"terms": {Answer: flow.Approve}, "payment": {Answer: flow.ReleaseHold}}})
	wants := []string{
		"validate-header mark large=no paid=yes accepted ship-day",
		"validate-header mark large=yes terms=OrderApproved paid=yes accepted ship-day",
		"validate-header mark large=no paid=no payment=OrderHoldReleased accepted ship-day",
	}
	for i, o := range r.Orders {
		if !strings.HasPrefix(path(o), wants[i]) || o.State != order.Completed || len(o.Notes) > 0 {
			t.Errorf("%s: %s, %s %v", o.Name, path(o), o.State, o.Notes)
		}
		agrees(t, o)
	}
}

// agrees checks that what was evaluated leads where the execution went.
func agrees(t interface{ Errorf(string, ...any) }, o trial.Outcome) {
	for _, v := range o.Path {
		for _, d := range v.Decisions {
			if (d.Taken == "yes" || d.Taken == "no") && (len(d.Policies) != 1 || d.Policies[0].Holds != (d.Taken == "yes")) {
				t.Errorf("%s at %s: taken %s, evaluated %+v", o.Name, v.Step, d.Taken, d.Policies)
			}
		}
	}
}

func TestADraftThatDoesNotCompileTellsAllProblems(t *testing.T) {
	t.Parallel()
	bad := strings.NewReplacer(`"lab-header@1"`, `"nobody@1"`, `"next": "done"`, `"next": "nowhere"`).Replace(string(drawing(t, "lab")))
	_, err := trial.Run(t.Context(), trial.Options{Flow: []byte(bad), Orders: []trial.Recorded{ordered("#1", "lab", "US", 1)}})
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != flows.Invalid {
		t.Fatal(err)
	}
	problems, ok := f.Data.(flow.Problems)
	if !ok || !problems.Has("UNPUBLISHED_POLICY") || !problems.Has("UNKNOWN_TARGET") {
		t.Errorf("%v", f.Data)
	}
	for says, o := range map[string]trial.Options{
		"a policy that does not read": {Flow: drawing(t, "lab"), Policies: []json.RawMessage{[]byte(`{"id":"x"}`)}},
		"no drawing":                  {Flow: []byte(`[`)},
		"a profile that is none":      {Flow: drawing(t, "lab"), Profile: "huge"},
		"a profile of no drawing":     {Flow: []byte(`[`), Profile: "standard"},
	} {
		if _, err := trial.Run(t.Context(), o); !fault.Is(err, flows.Invalid) && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// A published policy version is immutable, here as there.
func TestAPolicyVersionOfTheRepositoryIsNotReplaced(t *testing.T) {
	t.Parallel()
	other := json.RawMessage(`{"id":"lab-header","version":1,"title":"T","kind":"execution","criticality":"critical","entity":"order","rules":[{"name":"r","when":{"field":"order.channel","operator":"equals","value":"x"}}]}`)
	o := trial.Options{Flow: drawing(t, "lab"), Policies: []json.RawMessage{other}, Orders: []trial.Recorded{ordered("#1", "lab", "US", 1)}}
	if _, err := trial.Run(t.Context(), o); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "lab-header@1") {
		t.Errorf("%v", err)
	}
	next := json.RawMessage(strings.NewReplacer(`"version":1`, `"version":2`, `"order.channel"`, `"order.shipTo.country"`, `"x"`, `"CA"`).Replace(string(other)))
	o = trial.Options{Flow: []byte(strings.Replace(string(drawing(t, "lab")), "lab-header@1", "lab-header@2", 1)), Policies: []json.RawMessage{next}, Orders: []trial.Recorded{ordered("#1", "lab", "CA", 110)}}
	if r := tried(t, o); r.Orders[0].State != order.Completed {
		t.Errorf("with a new version: %+v", r.Orders[0].Waits)
	}
}

func TestTheSameTrialIsTheSame(t *testing.T) {
	t.Parallel()
	var orders []trial.Recorded
	for i := range 40 {
		orders = append(orders, ordered(fmt.Sprint("#", i), "lab", "US", 1+7*i, 110, 10))
	}
	o := trial.Options{Flow: drawing(t, "lab"), Orders: orders, Answers: trial.Answers{
		"report": {Failure: &trial.Failure{Code: fault.Unavailable, Times: 2}}, "send-chicago": {Failure: &trial.Failure{Code: fault.Refused, Times: 1}, Exception: flow.Reprocess},
	}}
	if diff := cmp.Diff(tried(t, o), tried(t, o)); diff != "" {
		t.Error(diff)
	}
}
