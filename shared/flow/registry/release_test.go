package registry_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
)

var since = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// edition is a version of flow "mine" whose machine's version has the number n.
func edition(n int) registry.Version {
	return registry.Version{Flow: "mine", Title: fmt.Sprintf("Mine %d", n), Event: "OrderReceived", Filters: []string{}, Policies: []string{}, Machine: "flow-mine", ARN: fmt.Sprintf("arn:%d", n), At: since, By: "ann",
		Document: json.RawMessage(fmt.Sprintf(`{"id":"mine","title":"Mine %d"}`, n))}
}

func release(t *testing.T, r registry.Registry, v registry.Version) registry.Live {
	t.Helper()
	live, err := r.Release(t.Context(), nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return live[0]
}

func TestEveryPublicationIsAnImmutableVersion(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	release(t, r, edition(1))
	release(t, r, edition(2))
	back := edition(1)
	back.RollbackOf, back.Comment = 1, "two was too strict"
	if l := release(t, r, back); l.Number != 3 || l.Version != "arn:1" {
		t.Errorf("%+v is live", l)
	}
	var want []registry.Version
	for i, v := range []registry.Version{edition(1), edition(2), back} {
		v.Number, v.After = i+1, map[int]int{1: 1}[i] // two comes after one
		full, err := r.Version(t.Context(), "mine", v.Number)
		if diff := cmp.Diff(v, full); diff != "" || err != nil {
			t.Error(diff, err)
		}
		v.Document = nil
		want = append(want, v)
	}
	all, err := r.Versions(t.Context(), "mine")
	if diff := cmp.Diff(want, all); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := r.Version(t.Context(), "mine", 4); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestPublicationsThatMeetGetNumbersOfTheirOwn(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			if _, err := r.Release(t.Context(), nil, edition(n+1)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	all, err := r.Versions(t.Context(), "mine")
	if err != nil || len(all) != 4 || all[3].Number != 4 {
		t.Fatalf("%+v %v", all, err)
	}
	if l, err := r.Flow(t.Context(), "mine"); err != nil || l.Number != 4 || l.Version != all[3].ARN {
		t.Errorf("%+v %v", l, err)
	}
}

func TestPoliciesAndFlowsArePublishedTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	db := open(t)
	r := registry.New(db)
	trial := edition(1) // a first version on trial is refused
	trial.Trial = &registry.Trial{Percent: 10}
	other := edition(1)
	other.Flow = "other"
	if _, err := r.Release(t.Context(), []json.RawMessage{document("mine", 1, "One")}, other, trial); !fault.Is(err, fault.Invalid) || writes(t, db) != 0 {
		t.Errorf("%v, %d writes", err, writes(t, db))
	}
	if _, err := r.Release(t.Context(), []json.RawMessage{document("mine", 1, "One")}, other, edition(1)); err != nil || title(t, r, "mine@1") != "One" {
		t.Errorf("%v", err)
	}
}

func TestATrialTakesAShareUntilItIsPromotedOrEnded(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	release(t, r, edition(1))
	trial := edition(2)
	trial.Trial = &registry.Trial{Percent: 10, Minutes: 60, Minimum: 20, Threshold: 5}
	l := release(t, r, trial)
	if diff := cmp.Diff([]fn.Share{{Version: "arn:1", Percent: 90}, {Version: "arn:2", Percent: 10}}, l.Shares()); diff != "" || l.Number != 1 || l.Canary.Since != since {
		t.Errorf("%s %+v", diff, l)
	}
	if _, err := r.Release(t.Context(), nil, edition(3)); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "version 2 is on trial") {
		t.Errorf("a version during a trial: %v", err)
	}
	l, err := r.Promote(t.Context(), "mine")
	if diff := cmp.Diff([]fn.Share{{Version: "arn:2", Percent: 100}}, l.Shares()); diff != "" || err != nil || l.Number != 2 || l.Title != "Mine 2" {
		t.Errorf("%s %+v %v", diff, l, err)
	}
	if _, err := r.Promote(t.Context(), "mine"); !fault.Is(err, fault.Conflict) {
		t.Errorf("promoted twice: %v", err)
	}
	trial.ARN = "arn:3"
	release(t, r, trial)
	back := edition(2)
	back.RollbackOf = 2
	if l := release(t, r, back); l.Canary != nil || l.Version != "arn:2" || l.Number != 4 {
		t.Errorf("a roll-back ends the trial: %+v", l)
	}
}

// Whoever crashes between a release and its route leaves a mark.
func TestWhatIsNotRoutedYetIsFound(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	first := release(t, r, edition(1))
	second := release(t, r, edition(2))
	if err := r.Routed(t.Context(), first); err != nil { // too late: two is live
		t.Fatal(err)
	}
	all, err := r.Unrouted(t.Context())
	if diff := cmp.Diff([]registry.Live{second}, all); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if err := r.Routed(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if all, err := r.Unrouted(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%+v %v", all, err)
	}
}

func TestVersionsOfAPolicy(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	publish(t, r, document("lab-channel", 2, "Two"))
	all, err := r.PolicyVersions(t.Context(), "lab-channel")
	if err != nil || len(all) != 2 || !all[0].Repository || all[0].Document == nil || all[1].Repository || all[1].Policy.Title != "Two" {
		t.Errorf("%+v %v", all, err)
	}
}
