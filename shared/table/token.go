package table

import (
	"encoding/base64"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/fault"
)

// Position is a place in the order of a query: behind the item with this key
// and, on an index, this sort key.
type Position struct {
	Sort string // sort key in the index of the query
	Key  Key
}

// Token is an opaque Page.Next that continues the query behind a position.
func Token(q Query, p Position) string {
	b, err := json.Marshal([]string{string(q.Index), q.PK, p.Sort, p.Key.PK, p.Key.SK})
	if err != nil {
		panic(err) // strings always marshal
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseToken returns where a query continues, nil at its beginning. A token of
// another index or partition is refused: it would silently skip items.
func ParseToken(q Query) (*Position, error) {
	if q.After == "" {
		return nil, nil
	}
	refused := fault.New(fault.Invalid, "page token does not belong to this query").On(q.PK, "after").
		Do("Pass the Next of a page of the same query")
	b, err := base64.RawURLEncoding.DecodeString(q.After)
	if err != nil {
		return nil, refused
	}
	var f []string
	if json.Unmarshal(b, &f) != nil || len(f) != 5 || f[0] != string(q.Index) || f[1] != q.PK {
		return nil, refused
	}
	p := &Position{Sort: f[2], Key: Key{f[3], f[4]}}
	if ValidateKey(p.Key) != nil || ValidateKey(Key{q.PK, p.Sort}) != nil {
		return nil, refused
	}
	if q.Index == Primary && p.Key != (Key{q.PK, p.Sort}) {
		return nil, refused
	}
	return p, nil
}
