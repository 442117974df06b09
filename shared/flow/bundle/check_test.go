package bundle_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/provider"
)

func TestWhatIsThereAlreadyIsKept(t *testing.T) {
	t.Parallel()
	p, s := place(t)
	b := read(t, exported(t))
	s.flows["mine"] = strings.ReplaceAll(drawing, "\n", "\n  ") // written otherwise, it is the same
	changes, problems, err := p.Check(t.Context(), &b)
	want := []bundle.Change{{Kind: "flow", ID: "mine", Does: bundle.Keeps}, {Kind: "policy", ID: "big@2", Does: bundle.Keeps}, {Kind: "policy", ID: "mine-channel@1", Does: bundle.Keeps}, {Kind: "mapping", ID: "eu / carrier", Does: bundle.Keeps}}
	if diff := cmp.Diff(want, changes); diff != "" || err != nil || problems != nil {
		t.Error(diff, problems, err)
	}
}

func TestWhatIsMissingIsPublished(t *testing.T) {
	t.Parallel()
	p, s := place(t)
	b := read(t, exported(t))
	s.flows, s.policies = map[string]string{}, s.policies[1:]
	if err := provider.RemoveMapping(t.Context(), p.Table, "eu", "carrier", "dhl"); err != nil {
		t.Fatal(err)
	}
	changes, problems, err := p.Check(t.Context(), &b)
	want := []bundle.Change{
		{Kind: "flow", ID: "mine", Does: bundle.Publishes, Detail: "it is new here"}, {Kind: "policy", ID: "big@2", Does: bundle.Keeps},
		{Kind: "policy", ID: "mine-channel@1", Does: bundle.Publishes}, {Kind: "mapping", ID: "eu / carrier", Does: bundle.Adds, Detail: "1 entries"},
	}
	if diff := cmp.Diff(want, changes); diff != "" || err != nil || problems != nil {
		t.Error(diff, problems, err)
	}
	missing, err := p.Missing(t.Context(), b.Mappings[0])
	if diff := cmp.Diff(map[string]string{"dhl": "DHL"}, missing); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// Everything that is in the way is told at once, where it stands in the bundle.
func TestAllThatIsInTheWayIsTold(t *testing.T) {
	t.Parallel()
	p, s := place(t)
	text := strings.Replace(exported(t), bundle.StatesHash(), "sha256:other", 1)
	text = strings.Replace(text, `"actions":[`, `"actions":["orders/record","nobody/there",`, 1)
	text = strings.Replace(text, `"mappings":[`, `"mappings":[{"group":"eu","table":"product","large":true},`, 1)
	b := read(t, text)
	s.flows["mine"], s.owned = strings.Replace(drawing, "Mine", "Theirs", 1), []string{"mine"}
	s.policies = []policy.Policy{rule(t, "mine-channel", 1, "other"), rule(t, "mine-channel", 4, "z")}
	p.Catalog.Events = nil
	save(t, p, map[string]string{"ups": "United"})
	for _, in := range []provider.Instance{{ID: "warehouse", Provider: "shipstation", Secrets: map[string]string{"apiKey": "x"}}} {
		if err := provider.Save(t.Context(), p.Table, in); err != nil {
			t.Fatal(err)
		}
	}
	_, problems, err := p.Check(t.Context(), &b)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range problems {
		got = append(got, one.Code+" "+one.Pointer)
		if one.Line < 1 || one.Message == "" || one.Remedy == "" {
			t.Errorf("%+v", one)
		}
	}
	want := []string{
		bundle.FlowOwned + " /flows/0", bundle.PolicyConflict + " /policies/1", bundle.MissingEvent + " /events/0", bundle.MissingMapping + " /mappings/0", bundle.MappingConflict + " /mappings/1",
		bundle.StatesDiffer + " /states", bundle.MissingAction + " /actions/0", bundle.MissingAction + " /actions/1", bundle.MissingInstance + " /instances/0", bundle.MissingSecret + " /instances/0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if text := problems.Error(); !strings.Contains(text, "Import it as version 5: --renumber") {
		t.Error(text)
	}
}

func TestAnInstanceOfAnotherProviderIsNoneOfOurs(t *testing.T) {
	t.Parallel()
	p, _ := place(t)
	if err := provider.Save(t.Context(), p.Table, provider.Instance{ID: "warehouse", Provider: "shopify", Active: true}); err != nil {
		t.Fatal(err)
	}
	b := read(t, exported(t))
	if _, problems, err := p.Check(t.Context(), &b); err != nil || !problems.Has(bundle.MissingInstance) || len(problems) != 1 {
		t.Errorf("%v %v", problems, err)
	}
}

func TestPoliciesWhoseVersionIsTakenGetAnother(t *testing.T) {
	t.Parallel()
	p, s := place(t)
	b := read(t, exported(t))
	s.policies = []policy.Policy{rule(t, "mine-channel", 1, "other"), rule(t, "mine-channel", 7, "z"), rule(t, "big", 2, "else")}
	moved, renamed, err := p.Renumber(t.Context(), &b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"mine-channel@1": "mine-channel@8", "big@2": "big@3"}, renamed); diff != "" {
		t.Error(diff)
	}
	want := strings.NewReplacer(`["mine-channel@1"]`, `["mine-channel@8"]`, `["big@2", "mine-channel@1"]`, `["big@3", "mine-channel@8"]`).Replace(drawing)
	one := compact(t, string(moved.Flows[0]))
	if diff := cmp.Diff(compact(t, want), one); diff != "" || !strings.Contains(one, `"description":"mine-channel@1"`) {
		t.Error(diff)
	}
	if _, problems, err := p.Check(t.Context(), &moved); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	// The same bundle again finds what the first import published.
	s.policies = append(s.policies, moved.PolicyVersions()...)
	again, renamed2, err := p.Renumber(t.Context(), &b)
	if diff := cmp.Diff(renamed, renamed2); diff != "" || err != nil {
		t.Error(diff, err)
	}
	changes, problems, err := p.Check(t.Context(), &again)
	if err != nil || len(problems) > 0 || changes[1].Does != bundle.Keeps || changes[2].Does != bundle.Keeps {
		t.Errorf("%v %v %v", changes, problems, err)
	}
}

func TestWithoutConflictNothingIsRenumbered(t *testing.T) {
	t.Parallel()
	p, _ := place(t)
	b := read(t, exported(t))
	same, renamed, err := p.Renumber(t.Context(), &b)
	if err != nil || len(renamed) > 0 || string(same.Flows[0]) != string(b.Flows[0]) {
		t.Errorf("%v %v", renamed, err)
	}
}
