package table_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/table"
)

func TestSizeCountsNamesValuesAndHalfBytesPerDigit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		item table.Item
		want int
	}{
		{nil, 0},
		{table.Item{"pk": "a", "sk": "b"}, 6},
		{table.Item{"é": "é"}, 4},
		{table.Item{"b": []byte("xyz"), "t": true, "f": false}, 8},
		{table.Item{"n": int64(0)}, 2},
		{table.Item{"n": int64(7)}, 3},
		{table.Item{"n": int64(1234)}, 4},
		{table.Item{"n": int64(1_200_000)}, 3},
		{table.Item{"n": int64(-123)}, 4},
	} {
		if got := table.Size(c.item); got != c.want {
			t.Errorf("Size(%v) = %d, want %d", c.item, got, c.want)
		}
	}
}

func TestWriteUnitsCountTheTableAndEveryIndexEntryTouched(t *testing.T) {
	t.Parallel()
	small := table.Item{"pk": "a", "sk": "b"}
	large := table.Item{"pk": "a", "sk": "b", "body": make([]byte, 2000)}
	open := table.Item{"pk": "a", "sk": "b", "gsi1pk": "open", "gsi1sk": "1"}
	done := table.Item{"pk": "a", "sk": "b", "gsi1pk": "done", "gsi1sk": "1"}
	noted := table.Item{"pk": "a", "sk": "b", "gsi1pk": "open", "gsi1sk": "1", "note": "n"}
	half := table.Item{"pk": "a", "sk": "b", "gsi1pk": "open"}
	for name, c := range map[string]struct {
		old, new       table.Item
		table, indexes int64
	}{
		"create":                   {nil, small, 1, 0},
		"create large":             {nil, large, 2, 0},
		"shrink costs the larger":  {large, small, 2, 0},
		"delete":                   {large, nil, 2, 0},
		"absent to absent":         {nil, nil, 1, 0},
		"into an index":            {small, open, 1, 1},
		"out of an index":          {open, nil, 1, 1},
		"to another key: two":      {open, done, 1, 2},
		"same key, other content":  {open, noted, 1, 1},
		"unchanged":                {open, open, 1, 0},
		"half a key is no entry":   {nil, half, 1, 0},
		"half a key and back: one": {open, half, 1, 1},
	} {
		if inTable, inIndexes := table.WriteUnits(c.old, c.new); inTable != c.table || inIndexes != c.indexes {
			t.Errorf("%s: %d + %d units, want %d + %d", name, inTable, inIndexes, c.table, c.indexes)
		}
	}
	if table.ReadUnits(0) != 1 || table.ReadUnits(4096) != 1 || table.ReadUnits(4097) != 2 {
		t.Error("read units are per 4 KB begun, at least one")
	}
}

func TestMeterIsOptional(t *testing.T) {
	t.Parallel()
	table.CountRead(t.Context(), 1) // no meter, no matter
	ctx, m := table.WithMeter(t.Context())
	table.CountRead(ctx, 2)
	table.CountWrite(ctx, 3, 4)
	table.CountWrite(ctx, 3, 4)
	if m.Read() != 2 || m.Write() != 6 || m.Index() != 8 {
		t.Errorf("read %d, write %d, index %d", m.Read(), m.Write(), m.Index())
	}
}

func TestTokenLeadsBackToItsPosition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringN(1, 50, -1)
		q := table.Query{Index: rapid.SampledFrom([]table.Index{table.Primary, table.GSI1, table.GSI2}).Draw(r, "index"), PK: text.Draw(r, "pk")}
		p := table.Position{Sort: text.Draw(r, "sort"), Key: table.Key{PK: text.Draw(r, "item pk"), SK: text.Draw(r, "item sk")}}
		if q.Index == table.Primary {
			p.Key = table.Key{PK: q.PK, SK: p.Sort}
		}
		q.After = table.Token(q, p)
		got, err := table.ParseToken(q)
		if err != nil || *got != p {
			r.Fatalf("%v, %v, want %v", got, err, p)
		}
		q.PK += "x"
		if _, err := table.ParseToken(q); err == nil {
			r.Fatal("a token of another partition was accepted")
		}
	})
}

func FuzzParseToken(f *testing.F) {
	q := table.Query{PK: "p"}
	f.Add(table.Token(q, table.Position{Sort: "1", Key: table.Key{PK: "p", SK: "1"}}))
	f.Add("W10")
	f.Fuzz(func(t *testing.T, token string) {
		p, err := table.ParseToken(table.Query{PK: "p", After: token})
		if err == nil && token != "" && p.Key != (table.Key{PK: "p", SK: p.Sort}) {
			t.Errorf("token leads to %v", p)
		}
	})
}
