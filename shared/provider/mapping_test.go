package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/transform"
)

func TestMappingsAreLookedUpByGroupAndTable(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for _, c := range []struct {
		group, table string
		entries      map[string]string
	}{
		{"eu", "carrier", map[string]string{"ups": "UPS", "dhl": "DHL Express"}},
		{"eu", "location", map[string]string{provider.EveryValue: "Chicago", "SEA": "Seattle"}},
		{"us", "carrier", map[string]string{"ups": "UPS Mail"}},
		{"eu", "carrier", map[string]string{"dhl": "DHL eCommerce"}}, // replaces one, keeps the other
	} {
		if err := provider.SaveMapping(t.Context(), s, c.group, c.table, c.entries); err != nil {
			t.Fatal(err)
		}
	}
	lookUp := func(group, table, key string) string {
		v, ok, err := provider.LookUp(t.Context(), s, group, table, key)
		if err != nil || ok != (v != "") {
			t.Errorf("%s %s %s: %q, %t, %v", group, table, key, v, ok, err)
		}
		return v
	}
	for _, c := range [][4]string{
		{"eu", "carrier", "ups", "UPS"}, {"eu", "carrier", "dhl", "DHL eCommerce"}, {"us", "carrier", "ups", "UPS Mail"},
		{"us", "carrier", "dhl", ""}, {"nowhere", "carrier", "ups", ""}, {"", "carrier", "ups", ""}, {"eu", "carrier", "", ""},
		{"eu", "location", "SEA", "Seattle"}, {"eu", "location", "anything", "Chicago"}, {"eu", "location", "", "Chicago"},
		{"eu", "carrier", strings.Repeat("x", 5000), ""}, {"eu", "location", strings.Repeat("x", 5000), "Chicago"},
	} {
		if got := lookUp(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%s %s %.20s is %q, want %q", c[0], c[1], c[2], got, c[3])
		}
	}
	if err := provider.RemoveMapping(t.Context(), s, "eu", "location", provider.EveryValue); err != nil {
		t.Fatal(err)
	}
	if got := lookUp("eu", "location", "anything"); got != "" {
		t.Errorf("after the constant is gone: %q", got)
	}
}

func TestBadMappingsAreRefused(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for _, c := range []struct {
		group, table, key, value string
	}{{"", "carrier", "a", "b"}, {"g", "", "a", "b"}, {"g#x", "carrier", "a", "b"}, {"g", "a#b", "a", "b"}, {"g", "t", "", "b"}, {"g", "t", "a", ""}, {"g", "t", strings.Repeat("x", 1001), "b"}} {
		err := provider.SaveMapping(t.Context(), s, c.group, c.table, map[string]string{c.key: c.value})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%.40v: %v", c, err)
		}
	}
}

func TestTransformUsesTheInstancesGroup(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	m, err := transform.Parse([]byte(`{"format":"1.0","title":"t","fields":{"channel":{"context":"channel"},"lines":{"each":"lines","object":{
		"product":{"path":"sku","lookup":{"table":"product","missing":"empty"}},
		"strict":{"path":"sku","lookup":{"table":"strict","missing":"error"}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	products, lines, want := map[string]string{}, make([]string, 250), make([]string, 250)
	for i := range lines { // more than one read takes
		sku := fmt.Sprintf("S%03d", i)
		products[sku], lines[i] = "prd-"+sku, `{"sku":"`+sku+`"}`
		want[i] = `{"product":"prd-` + sku + `","strict":"all"}`
	}
	source := []byte(`{"lines":[` + strings.Join(lines, ",") + `]}`)
	in := provider.Instance{ID: "shop", Channel: "web", MappingGroup: "g"}
	if _, err := provider.Transform(t.Context(), s, in, m, source); !fault.Is(err, transform.UnknownValue) || !strings.Contains(err.Error(), `"S000" is not in the mapping table "strict"`) {
		t.Errorf("without entries: %v", err)
	}
	for table, entries := range map[string]map[string]string{"product": products, "strict": {provider.EveryValue: "all"}} {
		if err := provider.SaveMapping(t.Context(), s, "g", table, entries); err != nil {
			t.Fatal(err)
		}
	}
	got, err := provider.Transform(t.Context(), s, in, m, source)
	if err != nil || string(got) != `{"channel":"web","lines":[`+strings.Join(want, ",")+`]}` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestEntriesOfATable(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	if err := provider.SaveMapping(t.Context(), s, "eu", "carrier", map[string]string{"a": "A", "b": "B", provider.EveryValue: "C"}); err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int]struct {
		n    int
		more bool
	}{0: {0, true}, 2: {2, true}, 3: {3, false}, 100: {3, false}} {
		all, more, err := provider.Entries(t.Context(), s, "eu", "carrier", limit)
		if err != nil || len(all) != want.n || more != want.more {
			t.Errorf("at most %d: %v %t %v", limit, all, more, err)
		}
	}
	if all, more, err := provider.Entries(t.Context(), s, "us", "carrier", 5); err != nil || more || len(all) != 0 {
		t.Errorf("a table that is not there: %v %t %v", all, more, err)
	}
}
