package provider_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func newTable(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clock.NewManual(start))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func save(t *testing.T, s *sqlite.Store, in provider.Instance) {
	t.Helper()
	if err := provider.Save(t.Context(), s, in); err != nil {
		t.Fatal(err)
	}
}

func TestInstancesAreSavedLoadedAndListed(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	shop := provider.Instance{
		ID: "demo-shop", Provider: "shopify", Title: "Demo shop", Organization: "org", Company: "co", Channel: "demo-shop", MappingGroup: "default",
		Parameters: map[string]string{"baseUrl": "https://shop.example"}, Secrets: map[string]string{"token": "demo-shop/token"}, Active: true,
	}
	save(t, s, provider.Instance{ID: "warehouse", Provider: "shipstation"})
	save(t, s, provider.Instance{ID: "demo-shop", Provider: "other"})
	save(t, s, shop)
	got, err := provider.Load(t.Context(), s, "demo-shop")
	if err != nil || !cmp.Equal(got, shop) {
		t.Errorf("loaded %+v, %v", got, err)
	}
	all, err := provider.List(t.Context(), s)
	if err != nil || len(all) != 2 || all[0].ID != "demo-shop" || all[1].ID != "warehouse" {
		t.Errorf("list = %+v, %v", all, err)
	}
}

func TestUnknownAndHostileInstanceIDs(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for _, id := range []string{"nobody", "", "a/b", "a\x00b", strings.Repeat("x", 65), "../../etc"} {
		if _, err := provider.Load(t.Context(), s, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("Load(%q): %v", id, err)
		}
	}
	for _, in := range []provider.Instance{{}, {ID: "x"}, {Provider: "x"}} {
		if err := provider.Save(t.Context(), s, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("Save(%+v): %v", in, err)
		}
	}
}

// secrets is a fake of the secret store.
type secrets map[string]string

func (s secrets) Get(_ context.Context, ref string) (string, error) {
	if v, ok := s[ref]; ok {
		return v, nil
	}
	return "", fault.New(fault.NotFound, "no secret %q", ref)
}

func TestParametersAndSecretsSayWhichIsMissing(t *testing.T) {
	t.Parallel()
	in := provider.Instance{ID: "shop", Parameters: map[string]string{"baseUrl": "https://shop.example", "empty": ""}, Secrets: map[string]string{"token": "ref"}}
	if v, err := in.Parameter("baseUrl"); v != "https://shop.example" || err != nil {
		t.Errorf("Parameter = %q, %v", v, err)
	}
	for _, name := range []string{"empty", "unknown"} {
		_, err := in.Parameter(name)
		if !fault.Is(err, fault.Misconfigured) || !strings.Contains(err.Error(), "parameters."+name) {
			t.Errorf("Parameter(%q): %v", name, err)
		}
	}
	if v, err := in.Secret(t.Context(), secrets{"ref": "s3cret"}, "token"); v != "s3cret" || err != nil {
		t.Errorf("Secret = %q, %v", v, err)
	}
	if _, err := in.Secret(t.Context(), secrets{"ref": "s3cret"}, "other"); !fault.Is(err, fault.Misconfigured) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("Secret that is not set: %v", err)
	}
}
