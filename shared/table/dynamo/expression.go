package dynamo

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/orderloom/orderloom/shared/table"
)

// expression collects the names and values of one request's expressions. Every
// name is a placeholder: any name is allowed, reserved words included. What it
// emits is the whole language that package dynamoapi understands.
type expression struct {
	names  map[string]string // placeholder to attribute
	byName map[string]string
	values map[string]types.AttributeValue
	now    string // placeholder of the present, once it is used
	at     time.Time
}

func newExpression(now time.Time) *expression {
	return &expression{names: map[string]string{}, byName: map[string]string{}, values: map[string]types.AttributeValue{}, at: now}
}

func (e *expression) name(attr string) string {
	p, ok := e.byName[attr]
	if !ok {
		p = fmt.Sprintf("#%d", len(e.names))
		e.byName[attr], e.names[p] = p, attr
	}
	return p
}

func (e *expression) value(v any) string {
	p := fmt.Sprintf(":%d", len(e.values))
	e.values[p] = encodeValue(v)
	return p
}

func (e *expression) present() string {
	if e.now == "" {
		e.now = e.value(e.at.Unix())
	}
	return e.now
}

// placeholders returns both maps for a request, nil where empty.
func (e *expression) placeholders() (map[string]string, map[string]types.AttributeValue) {
	if len(e.values) == 0 {
		return e.nonEmptyNames(), nil
	}
	return e.nonEmptyNames(), e.values
}

func (e *expression) nonEmptyNames() map[string]string {
	if len(e.names) == 0 {
		return nil
	}
	return e.names
}

// live holds on an item that has not expired, also on an absent one.
func (e *expression) live() string {
	ttl := e.name(table.TTL)
	return fmt.Sprintf("(attribute_not_exists(%s) OR %s > %s)", ttl, ttl, e.present())
}

// opStill compares like OpEqual, also on an expired item.
const opStill table.CondOp = "still"

// condition returns the expression of op's conditions and of what else must
// hold for DynamoDB to do what the port promises, nil when nothing must.
func (e *expression) condition(op table.Op) *string {
	var terms []string
	needLive := op.Kind == table.KindUpdate // an expired item must not shine through
	for _, c := range op.If {
		name := e.name(c.Attr)
		switch c.Op {
		case table.OpAbsent:
			terms = append(terms, fmt.Sprintf("(attribute_not_exists(%s) OR %s <= %s)", name, e.name(table.TTL), e.present()))
			continue
		case opStill:
			terms = append(terms, fmt.Sprintf("%s = %s", name, e.value(c.Value)))
			continue
		case table.OpExists:
			terms = append(terms, fmt.Sprintf("attribute_exists(%s)", name))
		default:
			terms = append(terms, fmt.Sprintf("%s %s %s", name, c.Op, e.value(c.Value)))
		}
		needLive = true
	}
	if needLive {
		terms = append(terms, e.live())
	}
	for _, attr := range slices.Sorted(maps.Keys(op.Add)) {
		terms = append(terms, e.summable(attr, op.Add[attr]))
	}
	if len(terms) == 0 {
		return nil
	}
	return aws.String(strings.Join(terms, " AND "))
}

// summable holds when adding n to the attribute gives an int64; DynamoDB's own
// numbers go on beyond.
func (e *expression) summable(attr string, n int64) string {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	if n > 0 {
		high -= n
	} else {
		low -= n
	}
	name := e.name(attr)
	return fmt.Sprintf("(attribute_not_exists(%s) OR %s BETWEEN %s AND %s)", name, name, e.value(low), e.value(high))
}

// update returns the update expression of op.
func (e *expression) update(op table.Op) *string {
	var clauses []string
	clause := func(keyword string, attrs []string, one func(string) string) {
		parts := make([]string, len(attrs))
		for i, attr := range attrs {
			parts[i] = one(attr)
		}
		if len(parts) > 0 {
			clauses = append(clauses, keyword+" "+strings.Join(parts, ", "))
		}
	}
	clause("SET", slices.Sorted(maps.Keys(op.Set)), func(a string) string { return e.name(a) + " = " + e.value(op.Set[a]) })
	clause("ADD", slices.Sorted(maps.Keys(op.Add)), func(a string) string { return e.name(a) + " " + e.value(op.Add[a]) })
	clause("REMOVE", op.Remove, e.name)
	return aws.String(strings.Join(clauses, " "))
}

// keyCondition returns the key condition of a validated query.
func (e *expression) keyCondition(q table.Query) *string {
	pk, sk := q.Index.Attributes()
	partition := e.name(pk) + " = " + e.value(q.PK)
	switch {
	case q.Prefix != "":
		partition += fmt.Sprintf(" AND begins_with(%s, %s)", e.name(sk), e.value(q.Prefix))
	case q.From != "" && q.To != "":
		partition += fmt.Sprintf(" AND %s BETWEEN %s AND %s", e.name(sk), e.value(q.From), e.value(q.To))
	case q.From != "":
		partition += fmt.Sprintf(" AND %s >= %s", e.name(sk), e.value(q.From))
	case q.To != "":
		partition += fmt.Sprintf(" AND %s <= %s", e.name(sk), e.value(q.To))
	}
	return aws.String(partition)
}
