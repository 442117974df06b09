package dynamoapi

import (
	"fmt"
	"math"
	"strings"

	"github.com/orderloom/orderloom/shared/table/attrjson"
)

// parser reads expressions by recursive descent. After the first thing that it
// does not expect, bad is set and everything it returns is empty.
type parser struct {
	names  map[string]string
	values attrjson.Item
	used   map[string]bool
	tokens []string
	bad    error
	text   string // what is being parsed, for messages
}

func newParser(names map[string]string, values attrjson.Item) *parser {
	return &parser{names: names, values: values, used: map[string]bool{}}
}

// run parses one whole expression.
func (p *parser) run(what, text string, parse func()) error {
	p.text, p.tokens, p.bad = what+" "+text, tokenize(text), nil
	parse()
	if p.bad == nil && !p.done() {
		p.fail("its end")
	}
	return p.bad
}

// tokenize splits an expression at spaces and around punctuation.
func tokenize(text string) []string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '(', ')', ',':
			b.WriteString(" " + string(c) + " ")
		default:
			b.WriteByte(c)
		}
	}
	return strings.Fields(b.String())
}

func (p *parser) done() bool { return len(p.tokens) == 0 }

func (p *parser) peek() string {
	if p.done() || p.bad != nil {
		return ""
	}
	return p.tokens[0]
}

// accept takes the next token when it is the given one.
func (p *parser) accept(token string) bool {
	if p.peek() != token {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *parser) expect(token string) {
	if !p.accept(token) {
		p.fail(token)
	}
}

func (p *parser) fail(wanted string) {
	if p.bad != nil {
		return
	}
	at := "at its end"
	if !p.done() {
		at = fmt.Sprintf("at %q", p.tokens[0])
	}
	p.bad = invalid("the local table does not offer this expression: %s: expected %s %s", p.text, wanted, at)
}

// name reads a placeholder of an attribute.
func (p *parser) name() string {
	token := p.peek()
	attr, ok := p.names[token]
	if !ok || !strings.HasPrefix(token, "#") {
		p.fail("a defined #name")
		return ""
	}
	p.tokens, p.used[token] = p.tokens[1:], true
	return attr
}

// value reads a placeholder of a value.
func (p *parser) value() any {
	token := p.peek()
	value, ok := p.values[token]
	if !ok || !strings.HasPrefix(token, ":") {
		p.fail("a defined :value")
		return nil
	}
	p.tokens, p.used[token] = p.tokens[1:], true
	return value
}

func (p *parser) integer() int64 {
	n, ok := p.value().(int64)
	if !ok {
		p.fail("the :value of an integer")
	}
	return n
}

func (p *parser) str() string {
	s, ok := p.value().(string)
	if !ok {
		p.fail("the :value of a string")
	}
	return s
}

// allUsed refuses placeholders that no expression uses, as DynamoDB does.
func (p *parser) allUsed() error {
	for token := range p.names {
		if !p.used[token] {
			return invalid("Value provided in ExpressionAttributeNames unused in expressions: %s", token)
		}
	}
	for token := range p.values {
		if !p.used[token] {
			return invalid("Value provided in ExpressionAttributeValues unused in expressions: %s", token)
		}
	}
	return nil
}

// guards reports whether a range is what keeps adding n from overflowing.
func guards(n, low, high int64) bool {
	if n > 0 {
		return low == math.MinInt64 && high == math.MaxInt64-n
	}
	return low == math.MinInt64-n && high == math.MaxInt64
}
