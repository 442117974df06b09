package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/table"
)

// maxPageBytes ends a page early, as DynamoDB does.
const maxPageBytes = 1 << 20

// hit is an item that a query found, and its place.
type hit struct {
	at   table.Position
	item table.Item
}

func (a hit) compare(b table.Position) int {
	return cmp.Or(strings.Compare(a.at.Sort, b.Sort), strings.Compare(a.at.Key.PK, b.Key.PK), strings.Compare(a.at.Key.SK, b.Key.SK))
}

// Query implements table.Table.
func (s *Store) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if err := table.ValidateQuery(q); err != nil {
		return table.Page{}, err
	}
	after, err := table.ParseToken(q)
	if err != nil {
		return table.Page{}, err
	}
	if err := ctx.Err(); err != nil {
		return table.Page{}, err
	}
	page, bytes := paged(q, s.find(q, after))
	table.CountRead(ctx, table.ReadUnits(bytes))
	return page, nil
}

// find returns what a query asks for behind a position, in its order.
func (s *Store) find(q table.Query, after *table.Position) []hit {
	direction := 1
	if q.Descending {
		direction = -1
	}
	_, sk := q.Index.Attributes()
	var found []hit
	s.mu.RLock()
	for key, item := range s.partitions[q.Index][q.PK] {
		h := hit{table.Position{Sort: item.Str(sk), Key: key}, item}
		behind := after == nil || direction*h.compare(*after) > 0
		if behind && wanted(q, h.at.Sort) && !table.Expired(item, s.clock.Now()) {
			found = append(found, h)
		}
	}
	s.mu.RUnlock()
	slices.SortFunc(found, func(a, b hit) int { return direction * a.compare(b.at) })
	return found
}

func wanted(q table.Query, sort string) bool {
	return strings.HasPrefix(sort, q.Prefix) && sort >= q.From && (q.To == "" || sort <= q.To)
}

// paged cuts off the first page. Stored items never change: they are replaced.
func paged(q table.Query, found []hit) (page table.Page, bytes int) {
	limit := cmp.Or(q.Limit, table.MaxPage)
	for i, h := range found {
		if i == limit || bytes >= maxPageBytes {
			page.Next = table.Token(q, found[i-1].at)
			break
		}
		page.Items = append(page.Items, table.Clone(h.item))
		bytes += table.Size(h.item)
	}
	return page, bytes
}
