package sqlite

import (
	"encoding/binary"
	"errors"
	"maps"
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

// encode returns the body of a validated item.
func encode(item table.Item) []byte {
	names := slices.Sorted(maps.Keys(item))
	b := append(make([]byte, 0, table.Size(item)+8*len(item)+1), bodyFormat)
	for _, name := range names {
		if name == table.PK || name == table.SK {
			continue
		}
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

// decode returns the item of a body; nothing of it refers to b.
func decode(key table.Key, b []byte) (table.Item, error) {
	if len(b) == 0 || b[0] != bodyFormat {
		return nil, errBody
	}
	item, d := table.Item{table.PK: key.PK, table.SK: key.SK}, decoder{rest: b[1:]}
	for len(d.rest) > 0 && !d.bad {
		name := string(d.text())
		item[name] = d.value()
	}
	if d.bad {
		return nil, errBody
	}
	return item, nil
}

// decoder reads a body; bad is set once it does not hold what it should.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) text() []byte {
	n, used := binary.Uvarint(d.rest)
	if used <= 0 || n > uint64(len(d.rest)-used) {
		d.fail()
		return nil
	}
	s := d.rest[used : used+int(n)]
	d.rest = d.rest[used+int(n):]
	return s
}

func (d *decoder) value() any {
	if len(d.rest) == 0 {
		d.fail()
		return nil
	}
	kind := d.rest[0]
	d.rest = d.rest[1:]
	switch kind {
	case kindString:
		return string(d.text())
	case kindBytes:
		return append([]byte{}, d.text()...)
	case kindInt:
		v, used := binary.Varint(d.rest)
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

func (d *decoder) fail() { d.bad, d.rest = true, nil }
