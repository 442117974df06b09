package registry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
	"github.com/orderloom/orderloom/statemachines"
)

// document is a version of a policy; the title stands for its content.
func document(id string, version int, title string) json.RawMessage {
	return fmt.Appendf(nil, `{"id":%q,"version":%d,"title":%q,"kind":"filter","entity":"order",
 "rules":[{"name":"r","when":{"field":"order.channel","operator":"equals","value":"x"}}]}`, id, version, title)
}

// title is the content of the published version, "" when there is none.
func title(t *testing.T, r registry.Registry, ref string) string {
	t.Helper()
	all, err := r.Policies(t.Context(), []string{ref})
	if fault.Is(err, fault.NotFound) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return all[0].Title
}

func publish(t *testing.T, r registry.Registry, docs ...json.RawMessage) {
	t.Helper()
	if _, err := r.SavePolicy(t.Context(), docs...); err != nil {
		t.Fatal(err)
	}
}

// writes counts the committed changes.
func writes(t *testing.T, db *sqlite.Store) int {
	t.Helper()
	changes, err := db.Changes(t.Context(), 0, table.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	return len(changes)
}

func TestPoliciesComeInTheOrderAskedFor(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	publish(t, r, document("mine", 2, "Two"), document("mine", 1, "One"))
	all, err := r.Policies(t.Context(), []string{"mine@2", "lab-channel@1", "mine@1"})
	if err != nil {
		t.Fatal(err)
	}
	var refs []string
	for _, p := range all {
		refs = append(refs, p.Ref()+" "+p.Title)
	}
	if diff := cmp.Diff([]string{"mine@2 Two", "lab-channel@1 Orders of the lab", "mine@1 One"}, refs); diff != "" {
		t.Error(diff)
	}
}

func TestEveryPolicyOfTheRepositoryIsPublished(t *testing.T) {
	t.Parallel()
	own, err := statemachines.Policies()
	if err != nil || len(own) == 0 {
		t.Fatalf("%d policies, %v", len(own), err)
	}
	r := registry.New(open(t))
	for _, p := range own {
		if got := title(t, r, p.Ref()); got != p.Title {
			t.Errorf("%s is %q", p.Ref(), got)
		}
	}
}

func TestAVersionNeverChanges(t *testing.T) {
	t.Parallel()
	db := open(t)
	r := registry.New(db)
	publish(t, r, document("mine", 1, "A"))
	publish(t, r, document("mine", 1, "A"))
	publish(t, r, json.RawMessage(strings.ReplaceAll(string(document("mine", 1, "A")), "\n ", " "))) // written otherwise
	if n := writes(t, db); n != 1 {
		t.Errorf("%d writes; saving the same again writes nothing", n)
	}
	_, err := r.SavePolicy(t.Context(), document("mine", 1, "B"))
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "Publish it as version 2") {
		t.Errorf("other content: %v", err)
	}
	publish(t, r, document("mine", 2, "B"))
	if one, two := title(t, r, "mine@1"), title(t, r, "mine@2"); one != "A" || two != "B" {
		t.Errorf("version 1 is %q, version 2 is %q", one, two)
	}
}

func TestAVersionOfTheRepositoryIsTaken(t *testing.T) {
	t.Parallel()
	db := open(t)
	r := registry.New(db)
	if _, err := r.SavePolicy(t.Context(), document("lab-channel", 1, "Mine")); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	if n := writes(t, db); n != 0 {
		t.Errorf("%d writes", n)
	}
	publish(t, r, document("lab-channel", 2, "Mine"))
	if got := title(t, r, "lab-channel@2"); got != "Mine" {
		t.Errorf("version 2 is %q", got)
	}
}

func TestPoliciesArePublishedTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		bad  json.RawMessage
		code string
	}{
		"does not read":                {json.RawMessage(`{"id":"bad"}`), fault.Invalid},
		"has a version that is taken":  {document("lab-channel", 1, "Mine"), fault.Conflict},
		"is given twice, differently":  {document("good", 1, "Better"), fault.Conflict},
		"is too large for the table":   {json.RawMessage(strings.Replace(string(document("large", 1, "L")), `"entity"`, `"description":"`+strings.Repeat("x", 500_000)+`","entity"`, 1)), fault.TooLarge},
		"is no JSON, not even nearly ": {json.RawMessage(`policy`), fault.Invalid},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			r := registry.New(db)
			if _, err := r.SavePolicy(t.Context(), document("good", 1, "Good"), c.bad); !fault.Is(err, c.code) {
				t.Errorf("%v", err)
			}
			if n := writes(t, db); n != 0 {
				t.Errorf("%d of them are published", n)
			}
		})
	}
	r := registry.New(open(t))
	publish(t, r)                                                                      // none
	publish(t, r, document("a", 1, "A"), document("a", 1, "A"), document("b", 1, "B")) // one of them twice
	if a, b := title(t, r, "a@1"), title(t, r, "b@1"); a != "A" || b != "B" {
		t.Errorf("%q %q", a, b)
	}
}

func TestOfManyWhoPublishOneVersionOneWins(t *testing.T) {
	t.Parallel()
	db := open(t)
	r := registry.New(db)
	errs := together(func(i int) error {
		_, err := r.SavePolicy(context.Background(), document("mine", 1, fmt.Sprint(i)))
		return err
	})
	winner := title(t, r, "mine@1")
	for i, err := range errs {
		if fmt.Sprint(i) == winner && err != nil || fmt.Sprint(i) != winner && !fault.Is(err, fault.Conflict) {
			t.Errorf("%s won; %d got %v", winner, i, err)
		}
	}
	if n := writes(t, db); n != 1 {
		t.Errorf("%d writes", n)
	}
}

func TestManyMayPublishTheSame(t *testing.T) {
	t.Parallel()
	db := open(t)
	r := registry.New(db)
	for i, err := range together(func(int) error {
		_, err := r.SavePolicy(context.Background(), document("mine", 1, "A"), document("mine", 2, "B"))
		return err
	}) {
		if err != nil {
			t.Errorf("%d got %v", i, err)
		}
	}
	if n := writes(t, db); n != 2 {
		t.Errorf("%d writes", n)
	}
}

func together(do func(i int) error) []error {
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errs
}

// crowded lets somebody else write before each transaction.
type crowded struct {
	table.Table
	before func()
	tries  *int
}

func (c crowded) Transact(ctx context.Context, ops ...table.Op) error {
	*c.tries++
	c.before()
	return c.Table.Transact(ctx, ops...)
}

func TestWhoComesSecondLooksAgain(t *testing.T) {
	t.Parallel()
	for theirs, code := range map[string]string{"A": "", "B": fault.Conflict} {
		db, tries := open(t), 0
		rival := func() { publish(t, registry.New(db), document("mine", 1, theirs)) }
		r := registry.New(crowded{db, rival, &tries})
		// The other policy is published by nobody else: it is not lost with the attempt.
		_, err := r.SavePolicy(t.Context(), document("mine", 1, "A"), document("other", 1, "O"))
		if fault.Code(err) != code {
			t.Errorf("somebody published %s: %v", theirs, err)
		}
		if got := title(t, registry.New(db), "other@1"); (got == "O") != (code == "") {
			t.Errorf("somebody published %s: the other policy is %q", theirs, got)
		}
	}
}

// busy never gets a transaction through.
type busy struct {
	table.Table
	tries *int
}

func (b busy) Transact(context.Context, ...table.Op) error {
	*b.tries++
	return &table.ConditionFailed{}
}

func TestItGivesUpWhenOthersAreAlwaysFirst(t *testing.T) {
	t.Parallel()
	tries := 0
	_, err := registry.New(busy{open(t), &tries}).SavePolicy(t.Context(), document("mine", 1, "A"))
	if !fault.Is(err, fault.Conflict) || tries == 0 || tries > 10 {
		t.Errorf("after %d attempts: %v", tries, err)
	}
}

func TestAReferenceIsAnIdAndAVersion(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	publish(t, r, document("mine", 1, "A"))
	for _, ref := range []string{"", "@", "@1", "mine", "mine@", "mine@0", "mine@-1", "mine@one", "mine@1.0", "mine@1@1", "mine@99999999999999999999"} {
		if _, err := r.Policies(t.Context(), []string{ref}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", ref, err)
		}
	}
	for _, ref := range []string{"mine@2", "min@1", "lab-channel@2"} {
		if _, err := r.Policies(t.Context(), []string{"mine@1", ref}); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), ref) {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

func TestADamagedPolicyIsNotApplied(t *testing.T) {
	t.Parallel()
	db := open(t)
	if _, err := db.Write(t.Context(), table.Put(table.Item{table.PK: "POLICY#mine", table.SK: "000001", "doc": []byte(`{"id":"mine"}`)})); err != nil {
		t.Fatal(err)
	}
	if _, err := registry.New(db).Policies(t.Context(), []string{"mine@1"}); !fault.Is(err, fault.Internal) {
		t.Errorf("%v", err)
	}
}
