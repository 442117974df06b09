package compile

import (
	"strings"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// Limits of what a running flow carries.
const (
	maxPayload = 256 << 10 // bytes that one state of Step Functions hands to the next
	maxFacts   = 32 << 10  // bytes of the facts of one condition

	maxFromChild = maxPayload * 4 / 5 // what a child ends with is a text in JSON, with a mark before each quote
)

// Sizes that are assumed of what the document does not bound.
const (
	textBytes   = 100 // of a field
	numberBytes = 12
	lineBytes   = 160 // of a line's assignment: line, SKU, quantity, location
	whyBytes    = 300 // of a rule's explanation in it
	maxReasons  = 100 // lines up to which sourcing/assign explains itself
)

// checkSizes reports what grows with the lines of an order beyond what a run
// can carry.
func (c *compiler) checkSizes() {
	for _, s := range c.steps {
		if s.Type == flow.AssignSource {
			c.checkAssignment(s)
		}
		if isPrepared(s) {
			c.checkFacts(s)
		}
	}
}

func (c *compiler) checkAssignment(s *flow.Step) {
	why := 0
	for _, ref := range s.Policies {
		p := c.policies[ref]
		why += whyBytes * len(p.AllRules())
	}
	explained := min(c.doc.MaxLines, maxReasons) * (lineBytes + why)
	limit := maxPayload
	if c.profile == flow.Compact {
		limit = maxFromChild
	}
	if size := max(c.doc.MaxLines*lineBytes, explained); size > limit {
		c.report.Add(PayloadTooLarge, s.ID, s.At, "for %d lines the assigned locations take about %d bytes; a state hands on %d | Lower maxLines, or use fewer rules", c.doc.MaxLines, size, limit)
	}
}

func (c *compiler) checkFacts(s *flow.Step) {
	size := 0
	for _, f := range factsOf(s, c.policies) {
		if policy.IsRelationFact(f) && c.doc.MaxLines > policy.MaxFactRecords {
			c.report.Add(TooManyFacts, s.ID, s.At, "%q looks at all lines, but a running flow carries those of at most %d lines and orders may have %d | Lower maxLines, or decide in a validation step, which looks at the stored order", s.Name, policy.MaxFactRecords, c.doc.MaxLines)
			return
		}
		size += c.factBytes(f)
	}
	if size > maxFacts {
		c.report.Add(TooManyFacts, s.ID, s.At, "the facts that %q looks at take about %d bytes; a running flow carries %d | Look at fewer fields of the lines, lower maxLines, or decide in a validation step", s.Name, size, maxFacts)
	}
}

// factBytes estimates the size of one fact.
func (c *compiler) factBytes(name string) int {
	if !policy.IsRelationFact(name) {
		return len(name) + fieldBytes(name)
	}
	_, list, _ := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	perLine := 2
	for _, f := range strings.Split(list, ",") {
		perLine += len(f) + 4 + fieldBytes(f)
	}
	return len(name) + c.doc.MaxLines*perLine
}

func fieldBytes(path string) int {
	if f, ok := policy.LookupField(path); ok && f.Type != policy.Text && f.Type != policy.Tags {
		return numberBytes
	}
	return textBytes
}
