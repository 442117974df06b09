package trial

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"unicode"

	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/order"
)

// Read reads orders, a JSON list or one document after the other (NDJSON); each
// is a Recorded or a canonical order alone. The error is a Problems, of all
// orders.
func Read(r io.Reader) ([]Recorded, error) {
	in := bufio.NewReader(r)
	dec := json.NewDecoder(in)
	list := beginsList(in)
	c := checker{seen: map[string]int{}}
	if list {
		if _, err := dec.Token(); err != nil {
			return nil, Problems{{Record: 1, Message: "the list does not begin: " + err.Error()}}
		}
	}
	for c.place = 1; !list || dec.More(); c.place++ {
		c.name = ""
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if err == io.EOF && !list {
			break
		}
		if err != nil {
			c.say("", "it is not JSON: %v", err)
			return nil, c.problems // nobody knows where the next one begins
		}
		if c.place > MaxOrders {
			c.say("", "there are more than %d orders", MaxOrders)
			return nil, c.problems
		}
		c.read(raw)
	}
	if list {
		c.end(dec)
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return c.all, nil
}

// beginsList reports whether the first thing is a list.
func beginsList(in *bufio.Reader) bool {
	for {
		r, _, err := in.ReadRune()
		if err != nil {
			return false
		}
		if !unicode.IsSpace(r) {
			_ = in.UnreadRune() // follows a ReadRune
			return r == '['
		}
	}
}

// checker reads orders one by one.
type checker struct {
	place    int
	name     string // of the order that is read
	seen     map[string]int
	all      []Recorded
	problems Problems
}

func (c *checker) say(field, format string, args ...any) {
	c.problems = append(c.problems, Problem{c.place, c.name, field, fmt.Sprintf(format, args...)})
}

func (c *checker) end(dec *json.Decoder) {
	c.name = ""
	if _, err := dec.Token(); err != nil {
		c.say("", "the list does not end: %v", err)
	} else if _, err := dec.Token(); err != io.EOF {
		c.say("", "something follows after the list")
	}
}

func (c *checker) read(raw json.RawMessage) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || parts == nil {
		c.say("", "an order is an object")
		return
	}
	if len(raw) > MaxOrderBytes {
		c.say("", "it has %d bytes, at most %d", len(raw), MaxOrderBytes)
		return
	}
	var r Recorded
	var err error
	if _, whole := parts["document"]; whole {
		err = json.Unmarshal(raw, &r)
	} else {
		err = json.Unmarshal(raw, &r.Document)
	}
	c.name = r.Document.Name
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		c.say(wrong.Field, "it is a %s, not a %s", wrong.Value, wrong.Type)
		return
	}
	if err != nil {
		c.say("", "%v", err)
		return
	}
	c.check(&r)
	c.all = append(c.all, r)
}

var orderID = regexp.MustCompile(`^ord_[0-9A-Za-z]{1,26}$`)

func (c *checker) check(r *Recorded) {
	d := &r.Document
	if d.Channel == "" {
		c.say("channel", "it is missing")
	}
	if d.ExternalID == "" {
		c.say("externalId", "it is missing")
	}
	if _, err := money.Digits(d.Currency); err != nil {
		c.say("currency", "%q is no currency of ISO 4217", d.Currency)
	}
	if r.receivedAt().Year() < 1970 || r.receivedAt().Year() > 2200 {
		c.say("placedAt", "it is missing, or not a time of this age")
	}
	if r.Status != nil && !orderID.MatchString(r.Status.Order) {
		c.say("status.order", "%q is no order id", r.Status.Order)
	}
	c.checkLines(d)
	for _, key := range []string{"key " + d.Channel + "\x00" + d.ExternalID, "id " + r.id(c.place)} {
		if first, twice := c.seen[key]; twice {
			c.say("", "it is the same order as record %d", first)
			break
		}
		c.seen[key] = c.place
	}
}

func (c *checker) checkLines(d *order.Document) {
	if len(d.Lines) > order.MaxLines {
		c.say("lines", "there are %d lines, at most %d", len(d.Lines), order.MaxLines)
	}
	ids := map[string]bool{}
	for i, l := range d.Lines {
		at := fmt.Sprintf("lines.%d.", i)
		switch {
		case l.ID == "":
			c.say(at+"id", "it is missing")
		case ids[l.ID]:
			c.say(at+"id", "%q is the id of another line, too", l.ID)
		}
		ids[l.ID] = true
		if l.Quantity < 1 {
			c.say(at+"quantity", "%d is not above 0", l.Quantity)
		}
		if l.Kind != order.Physical && l.Kind != order.Digital && l.Kind != order.Service {
			c.say(at+"kind", "%q is not physical, digital or service", l.Kind)
		}
	}
}
