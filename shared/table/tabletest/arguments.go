package tabletest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/table"
)

type unknown struct{}

// badOps are refused by Write and Transact before anything happens.
var badOps = map[string]table.Op{
	"empty partition key":      table.Put(item("", "1")),
	"empty sort key":           table.Put(item("a", "")),
	"no item":                  table.Put(nil),
	"key that is no string":    table.Put(table.Item{table.PK: "a", table.SK: int64(1)}),
	"key that is not UTF-8":    table.Put(item("a\xff", "1")),
	"partition key too long":   table.Put(item(strings.Repeat("k", 2049), "1")),
	"sort key too long":        table.Put(item("a", strings.Repeat("k", 1025))),
	"another key than the op":  {Kind: table.KindPut, Key: key("a", "1"), Item: item("a", "2")},
	"int":                      table.Put(item("a", "1", "v", 1)),
	"float":                    table.Put(item("a", "1", "v", 1.5)),
	"nil value":                table.Put(item("a", "1", "v", nil)),
	"struct":                   table.Put(item("a", "1", "v", unknown{})),
	"list":                     table.Put(item("a", "1", "v", []string{"x"})),
	"string that is not UTF-8": table.Put(item("a", "1", "v", "\xc3\x28")),
	"name that is not UTF-8":   table.Put(item("a", "1", "\xff", "v")),
	"empty name":               table.Put(item("a", "1", "", "v")),
	"name too long":            table.Put(item("a", "1", strings.Repeat("n", 256), "v")),
	"empty index key":          table.Put(item("a", "1", table.GSI1PK, "", table.GSI1SK, "x")),
	"index key not a string":   table.Put(item("a", "1", table.GSI1PK, "x", table.GSI1SK, int64(1))),
	"expiry not an integer":    table.Put(item("a", "1", table.TTL, "tomorrow")),
	"put that sets":            {Kind: table.KindPut, Key: key("a", "1"), Item: item("a", "1"), Set: table.Item{"x": "y"}},
	"update of nothing":        table.Set(key("a", "1"), nil),
	"update of the key":        table.Set(key("a", "1"), table.Item{table.SK: "2"}),
	"removal of the key":       table.Set(key("a", "1"), nil).Removing(table.PK),
	"attribute changed twice":  table.Set(key("a", "1"), table.Item{"x": int64(1)}).Adding(map[string]int64{"x": 1}),
	"attribute removed twice":  table.Set(key("a", "1"), nil).Removing("x", "x"),
	"addition to an index key": table.Set(key("a", "1"), nil).Adding(map[string]int64{table.GSI2SK: 1}),
	"set of a wrong type":      table.Set(key("a", "1"), table.Item{"x": uint8(1)}),
	"set of an empty index":    table.Set(key("a", "1"), table.Item{table.GSI2PK: ""}),
	"delete with an item":      {Kind: table.KindDelete, Key: key("a", "1"), Item: item("a", "1")},
	"unknown kind":             {Kind: "increment", Key: key("a", "1")},
	"no kind":                  {Key: key("a", "1")},
	"condition without name":   table.Delete(key("a", "1"), table.Exists("")),
	"unknown condition":        table.Delete(key("a", "1"), table.Cond{Attr: "x", Op: "!=", Value: "y"}),
	"condition on a float":     table.Delete(key("a", "1"), table.Equal("x", 1.0)),
	"condition on nil":         table.Delete(key("a", "1"), table.Equal("x", nil)),
	"order of booleans":        table.Delete(key("a", "1"), table.AtLeast("x", true)),
	"existence with a value":   table.Delete(key("a", "1"), table.Cond{Attr: "x", Op: table.OpExists, Value: "y"}),
	"too many conditions":      table.Delete(key("a", "1"), slices.Repeat([]table.Cond{table.ItemAbsent()}, 21)...),
}

var arguments = []spec{
	{"a bad op is refused and changes nothing", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "v", "stays"))
		for name, op := range badOps {
			_, err := tab.Write(t.Context(), op)
			if err == nil {
				t.Errorf("%s: accepted", name)
			}
			wantCode(t, err, "Input.Invalid")
			wantCode(t, tab.Transact(t.Context(), table.Put(item("b", "1")), op), "Input.Invalid")
		}
		wantItem(t, tab, key("a", "1"), item("a", "1", "v", "stays"))
		wantItem(t, tab, key("b", "1"), nil)
	}},
	{"a check stands only in a transaction and has a condition", func(t *testing.T, tab table.Table) {
		_, err := tab.Write(t.Context(), table.Check(key("a", "1"), table.ItemAbsent()))
		wantCode(t, err, "Input.Invalid")
		wantCode(t, tab.Transact(t.Context(), table.Check(key("a", "1"))), "Input.Invalid")
	}},
	{"a bad read is refused", func(t *testing.T, tab table.Table) {
		for _, k := range []table.Key{{}, key("a", ""), key("", "1"), key("a", "\xff"), key("a", strings.Repeat("k", 1025))} {
			_, err := tab.Get(t.Context(), k)
			wantCode(t, err, "Input.Invalid")
			_, err = tab.GetMany(t.Context(), []table.Key{key("a", "1"), k})
			wantCode(t, err, "Input.Invalid")
		}
		_, err := tab.GetMany(t.Context(), make([]table.Key, 101))
		wantCode(t, err, "Input.TooLarge")
	}},
	{"a bad query is refused", func(t *testing.T, tab table.Table) {
		for _, q := range []table.Query{
			{}, {PK: "\xff"}, {PK: "a", Index: "gsi3"}, {PK: "a", Limit: -1}, {PK: "a", Limit: 1001},
			{PK: "a", Prefix: "x", From: "y"}, {PK: "a", Prefix: "x", To: "y"}, {PK: "a", From: "b", To: "a"},
			{PK: "a", Prefix: "\xff"}, {PK: "a", From: strings.Repeat("k", 1025)},
		} {
			if _, err := tab.Query(t.Context(), q); err == nil {
				t.Errorf("accepted %+v", q)
			} else {
				wantCode(t, err, "Input.Invalid")
			}
		}
	}},
	{"an item holds 400 KB and no more", func(t *testing.T, tab table.Table) {
		// Not to the last byte: servers count a little differently.
		fits := item("a", "1", "b", make([]byte, table.MaxItemBytes-5000))
		put(t, tab, fits)
		wantItem(t, tab, key("a", "1"), fits)
		_, err := tab.Write(t.Context(), table.Put(item("a", "2", "b", make([]byte, table.MaxItemBytes))))
		wantCode(t, err, "Input.TooLarge")
		wantItem(t, tab, key("a", "2"), nil)
		more := table.Item{"c": strings.Repeat("c", 5000)}
		_, err = tab.Write(t.Context(), table.Set(key("a", "1"), more))
		wantCode(t, err, "Input.TooLarge")
		wantCode(t, tab.Transact(t.Context(), table.Put(item("a", "2")), table.Set(key("a", "1"), more)), "Input.TooLarge")
		wantItem(t, tab, key("a", "1"), fits)
		wantItem(t, tab, key("a", "2"), nil)
	}},
	{"an update changes a hundred attributes and no more", func(t *testing.T, tab table.Table) {
		set, want := table.Item{}, item("a", "1")
		for i := range 100 {
			set[fmt.Sprint("n", i)], want[fmt.Sprint("n", i)] = int64(i), int64(i)
		}
		same(t, want, write(t, tab, table.Set(key("a", "1"), set)))
		set["more"] = "x"
		_, err := tab.Write(t.Context(), table.Set(key("a", "1"), set))
		wantCode(t, err, "Input.Invalid")
	}},
}

// nasty strings are keys, names and values like any others.
var nasty = []string{
	"\x00", "a\x00b", "\x00\x00\x01", " ", "\t\n\r", "😀👩‍👩‍👧", "日本語", "e\u0301", "\u00e9", "\u202eabc", "\ufffd", "\uffff", "\U0010ffff",
	"'; DROP TABLE item; --", `"quoted"`, `back\slash`, "#name", ":value", "%41", "%", "_", "*", "null", "true", "0", "-1",
	"{\"S\":\"x\"}", "<a&b>", strings.Repeat("k", 1000), strings.Repeat("é", 500), "../../etc/passwd",
}

var hostile = []spec{
	{"any UTF-8 text is a key, a name and a value", func(t *testing.T, tab table.Table) {
		for i, s := range nasty {
			name := s
			if len(name) > table.MaxNameBytes {
				name = "long"
			}
			want := item(s, s, name, s, "b", []byte(s), table.GSI1PK, s, table.GSI1SK, s, "i", int64(i))
			put(t, tab, want)
			wantItem(t, tab, key(s, s), want)
			same(t, []table.Item{want}, all(t, tab, table.Query{PK: s, Prefix: s, Limit: 1}))
			same(t, []table.Item{want}, all(t, tab, table.Query{Index: table.GSI1, PK: s, From: s, To: s, Limit: 1}))
			write(t, tab, table.Set(key(s, s), table.Item{"i": int64(-1)}, table.Equal(name, s)))
		}
	}},
	{"a byte more is another key", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "k", "v", "short"), item("a", "k\x00", "v", "nul"), item("a\x00", "k", "v", "pk"))
		wantItem(t, tab, key("a", "k"), item("a", "k", "v", "short"))
		wantItem(t, tab, key("a", "k\x00"), item("a", "k\x00", "v", "nul"))
		same(t, []string{"k", "k\x00"}, sortKeys(all(t, tab, table.Query{PK: "a"})))
		same(t, []string{"k"}, sortKeys(all(t, tab, table.Query{PK: "a", From: "k", To: "k"})))
		same(t, []string{"k\x00"}, sortKeys(all(t, tab, table.Query{PK: "a", Prefix: "k\x00"})))
	}},
}
