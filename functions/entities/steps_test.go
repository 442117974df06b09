package entities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

func TestEventsMoveARecordOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	id := w.receive(`{"number":"R-1","hours":3}`).Record
	in := flow.ApplyInput{StepInput: step(id, "check"), Event: "RepairJobValidated"}
	in.Want = []string{"repairJob.hours", "repairJob.state", "repairJob.cost"}
	for range 2 {
		out, err := apply(ctx, w.opened, in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any{"repairJob.hours": int64(3), "repairJob.state": "Bench"}, out.Facts); diff != "" {
			t.Error(diff)
		}
	}
	wants(t, w.apply(id, "Approved", "b"), fault.NotTransitable)
	wants(t, w.apply(id, "Danced", "c"), fault.Invalid)
	wants(t, w.apply("rep_none", "Validated", "d"), fault.NotFound)
	wants(t, w.apply("ord_1", "Validated", "e"), fault.NotFound)
	wants(t, w.apply(id, "Mended", ""), "")
	if diff := cmp.Diff([]string{"Received", "Validated", "Mended"}, w.path(id)); diff != "" {
		t.Error(diff)
	}
	if s := w.load(id).Status; s.State != "Done" || s.Reason != "Mended" {
		t.Errorf("%+v", s)
	}
}

func TestFieldsAreSetBesideTheDocument(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	id := w.receive(`{"number":"R-1","shelf":"A","parts":[{"sku":"a","pieces":2},{"sku":"b","pieces":3}]}`).Record
	in := flow.SetInput{StepInput: step(id, "mark"), Entity: "repairJob", Set: json.RawMessage(
		`[{"set":"repairJob.shelf","value":"B"},{"set":"repairJob.hours","compute":{"total":{"relation":"repairJob.parts","of":"repairJob.parts.pieces"}}}]`)}
	in.Want = []string{"repairJob.shelf", "repairJob.hours"}
	for range 2 {
		out, err := setFields(ctx, w.opened, in)
		if diff := cmp.Diff(map[string]any{"repairJob.shelf": "B", "repairJob.hours": int64(5)}, out.Facts); err != nil || diff != "" {
			t.Error(diff, err)
		}
	}
	if w.load(id).Body.Document["shelf"] != "A" {
		t.Error("the document is its sender's")
	}
	in.Key, in.Set = "beyond", json.RawMessage(`[{"set":"repairJob.shelf","compute":{"field":"repairJob.number"}}]`)
	if out, err := setFields(ctx, w.opened, in); err != nil || out.Facts["repairJob.shelf"] != "B" { // it can be A, B or C
		t.Errorf("%+v %v", out, err)
	}
	in.Key, in.Set = "other", json.RawMessage(`[{"set":"repairJob.number","value":"7"}]`)
	_, err := setFields(ctx, w.opened, in)
	wants(t, err, fault.Invalid)
	if diff := cmp.Diff([]string{"Received", "Enriched", "Enriched"}, w.path(id)); diff != "" {
		t.Error(diff)
	}
}

func TestDeclaredEventsAreRaisedWithValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	id := w.receive(`{"number":"R-1","hours":3}`).Record
	wants(t, w.apply(id, "Validated", "a"), "")
	in := flow.RaiseInput{StepInput: step(id, "done"), Event: "RepairJobMended", Values: map[string]json.RawMessage{
		"hours": json.RawMessage(`{"field":"repairJob.hours"}`), "cost": json.RawMessage(`{"field":"repairJob.cost"}`)}}
	for range 2 {
		if _, err := raiseEvent(ctx, w.opened, in); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := w.opened.Journal(ctx, id)
	if last := entries[len(entries)-1].Events[0]; err != nil || string(last.Payload) != `{"hours":"3"}` || last.Step != "done" {
		t.Errorf("%+v %v", last, err)
	}
	in.Key, in.Event = "x", "RepairJobApproved" // that is for approval steps
	_, err = raiseEvent(ctx, w.opened, in)
	wants(t, err, fault.Invalid)
}

// policies reads policies on the entity of the tests, as if they were published.
func (w *world) policies(docs ...string) policyStep {
	return policyStep{w.opened, func(context.Context, []string) ([]policy.Policy, error) {
		all := make([]policy.Policy, len(docs))
		for i, d := range docs {
			var problems policy.Problems
			if all[i], problems = policy.Parse([]byte(d), w.opened.Entities[0].Custom()); problems != nil {
				return nil, problems
			}
		}
		return all, nil
	}}
}

// A critical policy that does not hold stops the step after all was recorded, each
// time that it is called; what policies set is kept.
func TestPoliciesCheckARecordAndSetItsFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	a := w.policies(
		`{"id":"p","version":1,"title":"Short","kind":"execution","criticality":"critical","entity":"repairJob","rules":[{"name":"hours","when":{"field":"repairJob.hours","operator":"atMost","value":2}}]}`,
		`{"id":"q","version":1,"title":"Shelf","kind":"execution","criticality":"information","entity":"repairJob","rules":[{"name":"B","then":[{"set":"repairJob.shelf","value":"B"}]}]}`)
	in := func(id string) flow.PoliciesInput {
		in := flow.PoliciesInput{StepInput: step(id, "check"), Entity: "repairJob", Policies: []string{"p@1", "q@1"}, Raises: flow.Raises{Success: "RepairJobValidated", Failure: "RepairJobValidationFailed"}}
		in.Want = []string{"repairJob.shelf"}
		return in
	}
	good, bad := w.receive(`{"number":"R-1","hours":1}`).Record, w.receive(`{"number":"R-2","hours":3}`).Record
	for range 2 {
		if out, err := a.apply(ctx, in(good)); err != nil || out.Facts["repairJob.shelf"] != "B" {
			t.Errorf("%+v %v", out, err)
		}
		_, err := a.apply(ctx, in(bad))
		wants(t, err, fault.PolicyNotMet)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Field != "repairJob.hours" || f.Record != bad || f.Data == nil {
			t.Errorf("%+v", f)
		}
	}
	if diff := cmp.Diff([][]string{{"Received", "Validated"}, {"Received", "ValidationFailed"}}, [][]string{w.path(good), w.path(bad)}); diff != "" {
		t.Error(diff)
	}
	if s := w.load(bad).Status; s.State != "On Hold" || s.Set["shelf"] != "B" {
		t.Errorf("%+v", s)
	}
}

// raised raises an exception that waits with a token.
func (w *world) raised(id, token string) exception.Exception {
	w.t.Helper()
	e, err := raise(ctx, w.opened, flow.ExceptionInput{
		StepInput: step(id, "check"), Error: fault.PolicyNotMet, Cause: "it is too old", Answers: []flow.Answer{flow.Reprocess, flow.Skip, flow.Cancel}, Token: token,
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return e
}

func (w *world) met(id, signal string) (rendezvous.Meeting, bool) {
	w.t.Helper()
	item, err := w.deps.Table.Get(ctx, table.Key{PK: "RV#" + id, SK: signal})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return rendezvous.Met(item)
}

func TestAnExceptionWaitsOnTheListForOneAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	id := w.receive(`{"number":"R-1"}`).Record
	e := w.raised(id, "token-1")
	w.raised(id, "token-2") // the state was tried again
	list, err := exception.List(ctx, w.deps.Table, 10)
	if err != nil || len(list) != 1 || list[0].ID != e.ID || list[0].Name != "R-1" || list[0].Entity != "repairJob" || list[0].Order != id {
		t.Fatalf("%+v %v", list, err)
	}
	for _, answer := range []flow.Answer{flow.Skip, flow.Skip, flow.Reprocess} { // the first stands
		won, err := w.opened.Answer(ctx, list[0], answer, registry.New(w.deps.Table), nil)
		if err != nil || won != flow.Skip {
			t.Errorf("%s: %s %v", answer, won, err)
		}
	}
	m, ok := w.met(id, e.Signal)
	if !ok || m.Token != "token-2" || string(m.Output) != `{"answer":"skip"}` {
		t.Errorf("%+v", m)
	}
	if open, err := exception.List(ctx, w.deps.Table, 10); err != nil || len(open) != 0 || w.load(id).Status.OpenExceptions != nil && len(w.load(id).Status.OpenExceptions) > 0 {
		t.Errorf("%v %v", open, err)
	}
	if diff := cmp.Diff([]string{"Received", "ExceptionRaised", "ExceptionResolved"}, w.path(id)); diff != "" {
		t.Error(diff)
	}
}

func TestCancelingAnswersWhatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	id := w.receive(`{"number":"R-1"}`).Record
	e := w.raised(id, "token")
	if _, err := w.opened.Answer(ctx, e, flow.Cancel, registry.New(w.deps.Table), nil); err != nil {
		t.Fatal(err)
	}
	if m, ok := w.met(id, e.Signal); !ok || m.Code != fault.OrderCanceled {
		t.Errorf("%+v", m)
	}
	if s := w.load(id).Status; s.State != "Gone" || !s.Canceled || len(s.Waits)+len(s.OpenExceptions) > 0 {
		t.Errorf("%+v", s)
	}
	if open, err := exception.List(ctx, w.deps.Table, 10); err != nil || len(open) != 0 {
		t.Errorf("%v %v", open, err)
	}
	wants(t, w.apply(id, "Validated", "x"), fault.OrderCanceled)
	_, err := w.opened.Cancel(ctx, id, "again", "")
	wants(t, err, fault.OrderCanceled)
	done := w.receive(`{"number":"R-2"}`).Record
	wants(t, w.apply(done, "Validated", "a"), "")
	wants(t, w.apply(done, "Mended", "b"), "")
	_, err = w.opened.Cancel(ctx, done, "cancel", "")
	wants(t, err, fault.NotTransitable)
}

// asked asks for an approval that waits with a token.
func (w *world) asked(id string) string {
	w.t.Helper()
	in := flow.ApplyInput{StepInput: step(id, "ask"), Event: "RepairJobApprovalRequested"}
	signal := flow.HoldSignalName(in.Key)
	in.Payload = json.RawMessage(`{"signal":"` + signal + `","who":"boss","question":"Go on?","seconds":60,"then":"reject"}`)
	in.Await = &flow.Await{Signal: signal, Token: "token"}
	if _, err := apply(ctx, w.opened, in); err != nil {
		w.t.Fatalf("%v", err)
	}
	return signal
}

// A person and the timer answer an approval at the same time: one of them stands.
func TestOneAnswerToAnApprovalStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	for i := range 10 {
		id := w.receive(fmt.Sprintf(`{"number":"R-%d"}`, i)).Record
		wants(t, w.apply(id, "Validated", "a"), "")
		signal := w.asked(id)
		h := w.load(id).Status.Holds
		if len(h) != 1 || h[0].Who != "boss" || h[0].Kind != "approval" || !h[0].Until.Equal(start.Add(60e9)) {
			t.Fatalf("%+v", h)
		}
		var wg sync.WaitGroup
		var person error
		var timer flow.ExpireResult
		wg.Go(func() { _, person = resolveHold(ctx, w.opened, id, flow.Approve, HoldAnswered{By: "ann"}) })
		wg.Go(func() {
			var err error
			timer, err = expireHold(ctx, w.opened, flow.ExpireInput{StepInput: step(id, "ask"), Signal: signal, Answer: flow.Reject})
			if err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		path := w.path(id)
		approved := slices.Contains(path, "Approved")
		if approved != (person == nil) || approved != (timer.Answer == flow.Approve) || approved == slices.Contains(path, "Rejected") {
			t.Errorf("%v: person %v, timer %v", path, person, timer)
		}
		if len(w.load(id).Status.Holds) > 0 {
			t.Error("it is still held")
		}
	}
}

func TestWhoAnswersWhatNobodyAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	id := w.receive(`{"number":"R-1"}`).Record
	_, err := resolveHold(ctx, w.opened, id, flow.Approve, HoldAnswered{})
	wants(t, err, fault.NotTransitable)
	wants(t, w.apply(id, "Validated", "a"), "")
	w.asked(id)
	_, err = resolveHold(ctx, w.opened, id, flow.ReleaseHold, HoldAnswered{})
	wants(t, err, fault.NotTransitable)
	_, err = resolveHold(ctx, w.opened, id, flow.Approve, HoldAnswered{Step: "other"})
	wants(t, err, fault.NotTransitable)
	_, err = expireHold(ctx, w.opened, flow.ExpireInput{StepInput: step(id, "ask"), Signal: "s", Answer: "dance"})
	wants(t, err, fault.Invalid)
}

func TestARunThatEndedIsListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	id := w.receive(`{"number":"R-1"}`).Record
	w.raised(id, "token")
	ended := statusChange{}
	ended.Detail.Name, ended.Detail.Status = id+"-mend-1", "TIMED_OUT"
	for range 2 {
		if err := flowEnded(ctx, w.opened, ended); err != nil {
			t.Fatal(err)
		}
	}
	list, err := exception.List(ctx, w.deps.Table, 10)
	if err != nil || len(list) != 1 || list[0].Error != "States.TIMED_OUT" || list[0].Signal != "" || list[0].Category != exception.Platform {
		t.Fatalf("%+v %v", list, err)
	}
	// The run that waited is gone, and a late attempt of it raises nothing.
	if late := w.raised(id, "late"); len(w.load(id).Status.OpenExceptions) != 1 || late.State != exception.Open {
		t.Errorf("%+v", w.load(id).Status)
	}
	for _, name := range []string{"ord_1-lab-1", "rep_none-mend-1", "whatever"} {
		ended.Detail.Name = name
		if err := flowEnded(ctx, w.opened, ended); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryFunctionSaysThatTheDeclarationsCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	broken := errors.New("declarations do not read")
	o := opened{w.opened.Store, broken}
	_, err1 := apply(ctx, o, flow.ApplyInput{})
	_, err2 := raise(ctx, o, flow.ExceptionInput{})
	_, err3 := setFields(ctx, o, flow.SetInput{})
	_, err4 := expireHold(ctx, o, flow.ExpireInput{})
	_, err5 := resolveHold(ctx, o, "x", flow.Approve, HoldAnswered{})
	_, err6 := recorder{opened: o}.record(ctx, RecordInput{})
	_, err7 := policyStep{opened: o}.apply(ctx, flow.PoliciesInput{})
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, flowEnded(ctx, o, statusChange{})} {
		if !errors.Is(err, broken) {
			t.Errorf("%d: %v", i+1, err)
		}
	}
}

// Whatever steps do in whatever order and however often: each key counts once,
// the numbers of events have no gaps, and a record stands where its transitions
// lead.
func TestAnyOrderOfSteps(t *testing.T) {
	t.Parallel()
	w, n := newWorld(t, t.TempDir()), 0
	names := []string{"Validated", "ValidationFailed", "Mended", "Approved", "Enriched", "Canceled"}
	rapid.Check(t, func(t *rapid.T) {
		w.t, n = t, n+1
		id := w.receive(fmt.Sprintf(`{"number":"R-%d"}`, n)).Record
		done := map[string]bool{}
		want := []string{"Received"}
		e := repairJob(t)
		model := e.NewStatus(id)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			name, key := rapid.SampledFrom(names).Draw(t, "event"), rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "key")
			err := w.apply(id, name, key)
			trial := model
			_, illegal := e.Apply(&trial, eventOf(name))
			switch {
			case done[key+name]:
				if err != nil {
					t.Fatalf("%s again: %v", name, err)
				}
			case model.Canceled || illegal != nil:
				if err == nil {
					t.Fatalf("%s in %s is possible", name, model.State)
				}
			default:
				if err != nil {
					t.Fatalf("%s in %s: %v", name, model.State, err)
				}
				model, done[key+name] = trial, true
				want = append(want, name)
			}
		}
		if got := w.load(id).Status; got.State != model.State || got.Reason != model.Reason {
			t.Fatalf("%s / %s, want %s / %s", got.State, got.Reason, model.State, model.Reason)
		}
		if diff := cmp.Diff(want, w.path(id)); diff != "" {
			t.Fatal(diff)
		}
	})
}
