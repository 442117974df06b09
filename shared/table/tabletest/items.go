package tabletest

import (
	"testing"

	"github.com/orderloom/orderloom/shared/table"
)

var items = []spec{
	{"an absent item reads as nil without error", func(t *testing.T, tab table.Table) {
		wantItem(t, tab, key("a", "1"), nil)
	}},
	{"an item reads back with the types it was written with", func(t *testing.T, tab table.Table) {
		want := item("a", "1", "s", "text", "empty", "", "n", int64(-42), "zero", int64(0), "big", int64(9_007_199_254_740_993),
			"max", int64(9223372036854775807), "min", int64(-9223372036854775808),
			"yes", true, "no", false, "b", []byte{0, 255, 1}, "none", []byte{})
		same(t, want, write(t, tab, table.Put(want)))
		wantItem(t, tab, key("a", "1"), want)
	}},
	{"a put replaces the whole item", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "old", "x"), item("a", "1", "new", "y"))
		wantItem(t, tab, key("a", "1"), item("a", "1", "new", "y"))
	}},
	{"items differ by both parts of the key", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "v", "a1"), item("a", "2", "v", "a2"), item("b", "1", "v", "b1"))
		wantItem(t, tab, key("a", "2"), item("a", "2", "v", "a2"))
		wantItem(t, tab, key("b", "1"), item("b", "1", "v", "b1"))
		wantItem(t, tab, key("b", "2"), nil)
	}},
	{"a delete removes the item, returns nil and is no error when absent", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1"), item("a", "2"))
		for range 2 {
			same(t, nil, write(t, tab, table.Delete(key("a", "1"))))
			wantItem(t, tab, key("a", "1"), nil)
		}
		wantItem(t, tab, key("a", "2"), item("a", "2"))
	}},
	{"many items read in the order of their keys, nil where absent, also twice", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1"), item("b", "2", "n", int64(2)))
		got, err := tab.GetMany(t.Context(), []table.Key{key("b", "2"), key("x", "x"), key("a", "1"), key("b", "2")})
		if err != nil {
			t.Fatal(err)
		}
		two := item("b", "2", "n", int64(2))
		same(t, []table.Item{two, nil, item("a", "1"), two}, got)
	}},
	{"a hundred items are read at once, none without asking", func(t *testing.T, tab table.Table) {
		var keys []table.Key
		for i := range 100 {
			keys = append(keys, key("p", string(rune('A'+i))))
			put(t, tab, item("p", string(rune('A'+i))))
		}
		got, err := tab.GetMany(t.Context(), keys)
		if err != nil || len(got) != 100 {
			t.Fatalf("%d items, %v", len(got), err)
		}
		for i := range keys {
			same(t, table.Item{table.PK: keys[i].PK, table.SK: keys[i].SK}, got[i])
		}
		if got, err := tab.GetMany(t.Context(), nil); err != nil || len(got) != 0 {
			t.Errorf("no keys: %v, %v", got, err)
		}
	}},
	{"stored items do not change with the caller's", func(t *testing.T, tab table.Table) {
		mine := item("a", "1", "b", []byte("xyz"))
		got := write(t, tab, table.Put(mine))
		mine["b"].([]byte)[0], got["b"].([]byte)[1] = '!', '!'
		mine["more"], got["more"] = "m", "m"
		read := get(t, tab, key("a", "1"))
		same(t, item("a", "1", "b", []byte("xyz")), read)
		read["b"].([]byte)[0] = '!'
		wantItem(t, tab, key("a", "1"), item("a", "1", "b", []byte("xyz")))
	}},
}

var updates = []spec{
	{"an update changes the named attributes only and returns the item", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "keep", "k", "set", "old", "n", int64(5), "gone", true))
		op := table.Set(key("a", "1"), table.Item{"set": "new", "more": []byte("m")}).
			Adding(map[string]int64{"n": -2, "fresh": 7}).Removing("gone", "never")
		want := item("a", "1", "keep", "k", "set", "new", "more", []byte("m"), "n", int64(3), "fresh", int64(7))
		same(t, want, write(t, tab, op))
		wantItem(t, tab, key("a", "1"), want)
	}},
	{"an update of an absent item creates it", func(t *testing.T, tab table.Table) {
		want := item("a", "1", "s", "x", "n", int64(1))
		same(t, want, write(t, tab, table.Set(key("a", "1"), table.Item{"s": "x"}).Adding(map[string]int64{"n": 1}).Removing("z")))
		wantItem(t, tab, key("a", "1"), want)
	}},
	{"an update that only removes from an absent item leaves the key", func(t *testing.T, tab table.Table) {
		write(t, tab, table.Set(key("a", "1"), nil).Removing("z"))
		wantItem(t, tab, key("a", "1"), item("a", "1"))
	}},
	{"a set may change the type of an attribute", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "v", int64(1)))
		write(t, tab, table.Set(key("a", "1"), table.Item{"v": "one"}))
		wantItem(t, tab, key("a", "1"), item("a", "1", "v", "one"))
	}},
	{"adding to what is no integer is refused and changes nothing", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "v", "text"))
		op := table.Set(key("a", "1"), table.Item{"w": "x"}).Adding(map[string]int64{"v": 1})
		_, err := tab.Write(t.Context(), op)
		wantCode(t, err, "Input.Invalid")
		wantCode(t, tab.Transact(t.Context(), table.Put(item("a", "2")), op), "Input.Invalid")
		wantItem(t, tab, key("a", "1"), item("a", "1", "v", "text"))
		wantItem(t, tab, key("a", "2"), nil)
	}},
	{"a sum that is no int64 is refused and changes nothing", func(t *testing.T, tab table.Table) {
		big := item("a", "1", "up", int64(9223372036854775807), "down", int64(-9223372036854775808))
		put(t, tab, big)
		for _, add := range []map[string]int64{{"up": 1}, {"down": -1}, {"up": 9223372036854775807}} {
			op := table.Set(key("a", "1"), nil).Adding(add)
			_, err := tab.Write(t.Context(), op)
			wantCode(t, err, "Input.Invalid")
			wantCode(t, tab.Transact(t.Context(), table.Put(item("a", "2")), op), "Input.Invalid")
		}
		wantItem(t, tab, key("a", "1"), big)
		wantItem(t, tab, key("a", "2"), nil)
		write(t, tab, table.Set(key("a", "1"), nil).Adding(map[string]int64{"up": -1, "down": 1}))
	}},
}
