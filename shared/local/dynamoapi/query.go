package dynamoapi

import (
	"context"

	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/attrjson"
)

type queryInput struct {
	TableName                 string
	IndexName                 string
	KeyConditionExpression    string
	FilterExpression          string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues attrjson.Item
	ExclusiveStartKey         attrjson.Item
	ScanIndexForward          *bool
	ConsistentRead            bool
	Limit                     *int
}

func (h *Handler) query(ctx context.Context, in queryInput) (any, error) {
	q, err := h.parseQuery(in)
	if err != nil {
		return nil, err
	}
	page, err := h.table.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	items := make([]attrjson.Item, len(page.Items))
	for i, item := range page.Items {
		items[i] = attrjson.Item(item)
	}
	out := map[string]any{"Items": items, "Count": len(items), "ScannedCount": len(items)}
	if page.Next == "" {
		return out, nil
	}
	q.After = page.Next
	last, err := table.ParseToken(q)
	if err != nil {
		return nil, err
	}
	pk, sk := q.Index.Attributes()
	out["LastEvaluatedKey"] = attrjson.Item{table.PK: last.Key.PK, table.SK: last.Key.SK, pk: q.PK, sk: last.Sort}
	return out, nil
}

func (h *Handler) parseQuery(in queryInput) (q table.Query, err error) {
	if err := h.check(in.TableName); err != nil {
		return q, err
	}
	q.Index = table.Index(in.IndexName)
	q.Descending = in.ScanIndexForward != nil && !*in.ScanIndexForward
	if q.Index != table.Primary && in.ConsistentRead {
		return q, invalid("Consistent reads are not supported on global secondary indexes")
	}
	if in.Limit != nil {
		if q.Limit = *in.Limit; q.Limit < 1 {
			return q, invalid("Limit %d is less than 1", q.Limit)
		}
		q.Limit = min(q.Limit, table.MaxPage)
	}
	if err := table.ValidateQuery(table.Query{Index: q.Index, PK: "any"}); err != nil {
		return q, err
	}
	p := newParser(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err := p.run("KeyConditionExpression", in.KeyConditionExpression, func() { p.keyCondition(&q) }); err != nil {
		return q, err
	}
	if in.FilterExpression != "" {
		if err := p.run("FilterExpression", in.FilterExpression, p.filter); err != nil {
			return q, err
		}
	}
	if err := p.allUsed(); err != nil {
		return q, err
	}
	if in.ExclusiveStartKey != nil {
		q.After, err = startKey(q, table.Item(in.ExclusiveStartKey))
	}
	return q, err
}

// filter parses the only filter there is: the item is live.
func (p *parser) filter() {
	var op table.Op
	p.expect("(")
	p.alternative(&op)
	p.expect(")")
	if op.If != nil {
		p.fail("a filter for live items")
	}
}

func (p *parser) keyCondition(q *table.Query) {
	pk, sk := q.Index.Attributes()
	if p.name() != pk {
		p.fail(pk + " first")
	}
	p.expect("=")
	q.PK = p.str()
	if !p.accept("AND") {
		return
	}
	begins := p.accept("begins_with")
	if begins {
		p.expect("(")
	}
	if p.name() != sk {
		p.fail(sk)
	}
	switch {
	case begins:
		p.expect(",")
		q.Prefix = p.str()
		p.expect(")")
	case p.accept("BETWEEN"):
		q.From = p.str()
		p.expect("AND")
		q.To = p.str()
	case p.accept(">="):
		q.From = p.str()
	case p.accept("<="):
		q.To = p.str()
	default:
		p.fail("begins_with, BETWEEN, >= or <=")
	}
}

func startKey(q table.Query, item table.Item) (string, error) {
	pk, sk := q.Index.Attributes()
	members := 2
	if q.Index != table.Primary {
		members = 4
	}
	if len(item) != members || item.Str(pk) != q.PK || item.Str(sk) == "" || table.ValidateKey(item.Key()) != nil {
		return "", invalid("The provided starting key is invalid")
	}
	return table.Token(q, table.Position{Sort: item.Str(sk), Key: item.Key()}), nil
}
