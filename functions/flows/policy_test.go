package flows

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/flow/registry"
)

// policies posts to a route of flows/publish-policy.
func (w publishing) policy(t *testing.T, id, verb string, in PolicyPublication) (PolicyPlan, int, string) {
	t.Helper()
	var plan PolicyPlan
	status, failed := w.call(t, PublishPolicy, "/api/policies/{id}/"+verb, id, in, &plan)
	if failed != nil {
		return plan, status, failed.Message
	}
	return plan, status, ""
}

// using publishes a flow whose entry has a filter.
func (w publishing) using(t *testing.T, id, ref string, policies ...json.RawMessage) {
	t.Helper()
	if got := w.post(t, id, Publication{Flow: drawing(id, `"`+ref+`"`, ""), Policies: policies}); got.status != 200 {
		t.Fatalf("%+v", got)
	}
}

func TestAPolicyIsPublishedWithAllFlowsThatUseItOnceTheirListIsConfirmed(t *testing.T) {
	w := newPublishing(t)
	w.using(t, "left", "mine-channel@1", filter("mine-channel", 1, "web"))
	w.using(t, "first", "mine-channel@2", filter("mine-channel", 2, "shop"))
	w.using(t, "second", "mine-channel@2")
	w.using(t, "other", "not-lab@1")
	next := PolicyPublication{Policy: filter("mine-channel", 3, "store"), By: "ann", Comment: "new shop"}
	plan, status, _ := w.policy(t, "mine-channel", "publish", next)
	want := PolicyPlan{Policy: "mine-channel@3", Flows: []PlannedFlow{{"first", "mine-channel@2", 1}, {"second", "mine-channel@2", 1}},
		Stay: []PlannedFlow{{"left", "mine-channel@1", 1}}, Repository: []string{}, Digest: plan.Digest}
	if diff := cmp.Diff(want, plan); diff != "" || status != 200 || plan.Digest == "" {
		t.Fatal(diff)
	}
	if w.hasPolicy("mine-channel@3") || len(w.press.published) != 4 {
		t.Fatal("a list is no publication")
	}
	for _, wrong := range []PolicyPublication{{Policy: next.Policy, Confirm: "yes"}, {Policy: filter("mine-channel", 3, "stores"), Confirm: plan.Digest}} {
		if _, status, says := w.policy(t, "mine-channel", "publish", wrong); status != 409 || !strings.Contains(says, "out of date") {
			t.Errorf("%d %s", status, says)
		}
	}
	next.Confirm = plan.Digest
	plan, status, _ = w.policy(t, "mine-channel", "publish", next)
	if status != 200 || !plan.Published || plan.Flows[0].Number != 2 || !w.hasPolicy("mine-channel@3") {
		t.Fatalf("%d %+v", status, plan)
	}
	for id, want := range map[string]string{"left": "mine-channel@1", "first": "mine-channel@3", "second": "mine-channel@3", "other": "not-lab@1"} {
		if l := w.live(t, id); !slices.Equal(l.Filters, []string{want}) {
			t.Errorf("%s uses %v", id, l.Filters)
		}
	}
	v, err := w.flows.Version(ctx, "first", 2)
	if err != nil || v.By != "ann" || v.Comment != "policy mine-channel@3: new shop" || !strings.Contains(string(v.Document), `"mine-channel@3"`) || v.ARN != w.live(t, "first").Version {
		t.Errorf("%+v %v", v, err)
	}
}

func TestAPolicyThatBreaksOneFlowIsPublishedWithNone(t *testing.T) {
	w := newPublishing(t)
	w.using(t, "first", "mine-channel@1", filter("mine-channel", 1, "web"))
	w.using(t, "second", "mine-channel@1")
	line := json.RawMessage(strings.NewReplacer(`"entity":"order"`, `"entity":"line"`, "order.channel", "line.sku").Replace(string(filter("mine-channel", 2, "x"))))
	if _, status, says := w.policy(t, "mine-channel", "publish", PolicyPublication{Policy: line}); status != 422 || !strings.Contains(says, "WRONG_POLICY_ENTITY") {
		t.Errorf("%d %s", status, says)
	}
	plan, _, _ := w.policy(t, "mine-channel", "publish", PolicyPublication{Policy: filter("mine-channel", 2, "x")})
	made := 0
	w.press.before = func() error {
		if made++; made == 2 {
			return errCrash
		}
		return nil
	}
	if _, status, _ := w.policy(t, "mine-channel", "publish", PolicyPublication{Policy: filter("mine-channel", 2, "x"), Confirm: plan.Digest}); status != 503 {
		t.Errorf("%d", status)
	}
	if w.hasPolicy("mine-channel@2") || w.live(t, "first").Number != 1 {
		t.Error("half of it is published")
	}
}

func TestFlowsOfTheRepositoryAreNamedForTheirNextDeployment(t *testing.T) {
	w := newPublishing(t)
	plan, status, _ := w.policy(t, "lab-channel", "publish", PolicyPublication{Policy: filter("lab-channel", 2, "x")})
	if status != 200 || !slices.Equal(plan.Repository, []string{"lab"}) || len(plan.Flows) != 0 {
		t.Errorf("%d %+v", status, plan)
	}
}

func TestAPolicyGoesBackAsANewVersion(t *testing.T) {
	w := newPublishing(t)
	w.using(t, "first", "mine-channel@1", filter("mine-channel", 1, "web"))
	plan, _, _ := w.policy(t, "mine-channel", "publish", PolicyPublication{Policy: filter("mine-channel", 2, "x")})
	w.policy(t, "mine-channel", "publish", PolicyPublication{Policy: filter("mine-channel", 2, "x"), Confirm: plan.Digest})
	plan, _, _ = w.policy(t, "mine-channel", "rollback", PolicyPublication{})
	if plan, status, says := w.policy(t, "mine-channel", "rollback", PolicyPublication{Confirm: plan.Digest}); status != 200 || !plan.Published || plan.Policy != "mine-channel@3" {
		t.Fatalf("%d %s %+v", status, says, plan)
	}
	all, err := w.flows.PolicyVersions(ctx, "mine-channel")
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	again := strings.Replace(string(all[2].Document), `"version":3`, `"version":1`, 1)
	if diff := cmp.Diff(string(all[0].Document), again); diff != "" || !slices.Equal(w.live(t, "first").Filters, []string{"mine-channel@3"}) {
		t.Error(diff)
	}
}

func TestWhatIsNoPublicationOfAPolicy(t *testing.T) {
	w := newPublishing(t)
	w.using(t, "first", "mine-channel@2", filter("mine-channel", 2, "web"))
	for says, c := range map[string]struct {
		verb   string
		in     PolicyPublication
		status int
	}{
		"of policy":            {"publish", PolicyPublication{Policy: filter("other", 1, "x")}, 400},
		"published already":    {"publish", PolicyPublication{Policy: filter("mine-channel", 1, "x")}, 400},
		"MISSING_FIELD":        {"publish", PolicyPublication{Policy: json.RawMessage(`{"id":"mine-channel"}`)}, 422},
		"has no older version": {"rollback", PolicyPublication{}, 404},
	} {
		if _, status, got := w.policy(t, "mine-channel", c.verb, c.in); status != c.status || !strings.Contains(got, says) {
			t.Errorf("%s: %d %s", says, status, got)
		}
	}
	trial := Publication{Flow: drawing("first", `"mine-channel@2","not-lab@1"`, ""), Canary: &registry.Trial{Percent: 5, Minutes: 1, Minimum: 1}}
	if got := w.post(t, "first", trial); got.status != 200 {
		t.Fatalf("%+v", got)
	}
	if _, status, got := w.policy(t, "mine-channel", "publish", PolicyPublication{Policy: filter("mine-channel", 3, "x")}); status != 409 || !strings.Contains(got, "on trial") {
		t.Errorf("%d %s", status, got)
	}
}
