package sqlite

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/orderloom/orderloom/shared/table"
)

// A body holds the attributes of an item except pk and sk, which are columns:
// one format byte, then name, kind and value of each attribute in name order.
// Equal items have equal bodies, so a write that changes nothing is seen as such.
const bodyFormat = 1

const (
	kindString byte = iota
	kindBytes
	kindInt
	kindFalse
	kindTrue
)

var errBody = errors.New("stored item is damaged")

// appendBody appends the body of a validated item.
func appendBody(b []byte, item table.Item) []byte {
	names := make([]string, 0, 16)
	for name := range item {
		if name != table.PK && name != table.SK {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	b = append(b, bodyFormat)
	for _, name := range names {
		b = appendText(b, name)
		switch v := item[name].(type) {
		case string:
			b = appendText(append(b, kindString), v)
		case []byte:
			b = appendText(append(b, kindBytes), v)
		case int64:
			b = binary.AppendVarint(append(b, kindInt), v)
		case bool:
			if v {
				b = append(b, kindTrue)
			} else {
				b = append(b, kindFalse)
			}
		}
	}
	return b
}

func appendText[T string | []byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decode returns the item of a body. Its names and strings are parts of the body.
func decode(key table.Key, body string) (table.Item, error) {
	if body == "" || body[0] != bodyFormat {
		return nil, errBody
	}
	item, d := table.Item{table.PK: key.PK, table.SK: key.SK}, decoder{rest: body[1:]}
	for len(d.rest) > 0 && !d.bad {
		name := d.text()
		item[name] = d.value()
	}
	if d.bad {
		return nil, errBody
	}
	return item, nil
}

// decoder reads a body; bad is set once it does not hold what it should.
type decoder struct {
	rest string
	bad  bool
}

func (d *decoder) text() string {
	n, used := binary.Uvarint(head(d.rest))
	if used <= 0 || n > uint64(len(d.rest)-used) {
		d.fail()
		return ""
	}
	s := d.rest[used : used+int(n)]
	d.rest = d.rest[used+int(n):]
	return s
}

// head returns as much of a text as an integer takes at most.
func head(s string) []byte { return []byte(s[:min(len(s), binary.MaxVarintLen64)]) }

func (d *decoder) value() any {
	if d.rest == "" {
		d.fail()
		return nil
	}
	kind := d.rest[0]
	d.rest = d.rest[1:]
	switch kind {
	case kindString:
		return d.text()
	case kindBytes:
		return []byte(d.text())
	case kindInt:
		v, used := binary.Varint(head(d.rest))
		if used <= 0 {
			d.fail()
			return nil
		}
		d.rest = d.rest[used:]
		return v
	case kindFalse, kindTrue:
		return kind == kindTrue
	}
	d.fail()
	return nil
}

func (d *decoder) fail() { d.bad, d.rest = true, "" }
