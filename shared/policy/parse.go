package policy

import (
	"regexp"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// MaxVersion is the highest version of a policy.
const MaxVersion = 1_000_000

const maxIDLength = 60

// Parse reads a policy document, which may be about a custom entity. With
// problems the policy must not be used.
func Parse(data []byte, customs ...Custom) (Policy, Problems) {
	r := reader{jsondoc.Parse(data), customs}
	var p Policy
	if r.Root != nil {
		p = r.policy(r.Root)
	}
	return p, r.Problems()
}

// ParseCondition reads a condition inside another document, whose parser
// collects the problems.
func ParseCondition(p *jsondoc.Parser, n *jsondoc.Node, of event.Entity, customs ...Custom) *Condition {
	r := reader{p, customs}
	return r.condition(n, of, true)
}

type reader struct {
	*jsondoc.Parser
	customs []Custom // entities beside those of orders
}

func (r reader) policy(n *jsondoc.Node) Policy {
	r.Known(n, "id", "version", "title", "description", "kind", "criticality", "entity", "hit", "rules", "table")
	p := Policy{
		ID: r.NeedText(n, "id"), Title: r.NeedText(n, "title"), Description: r.Text(n, "description"),
		Kind: Kind(r.Choice(n, "kind", string(Filter), string(Execution))),
	}
	if id := n.Get("id"); p.ID != "" && (len(p.ID) > maxIDLength || !idPattern.MatchString(p.ID)) {
		r.At(id, jsondoc.InvalidValue, "the id %q is not valid | Use up to %d small letters, digits and single dashes, a letter first", p.ID, maxIDLength)
	}
	if r.Need(n, "version") != nil {
		p.Version = r.Int(n, "version", 0, 1, MaxVersion)
	}
	if p.Kind == Execution || n.Get("criticality") != nil {
		p.Criticality = Criticality(r.Choice(n, "criticality", string(Information), string(Critical)))
	}
	p.Entity = event.Entity(r.Choice(n, "entity", r.entities()...))
	if n.Get("hit") != nil {
		p.Hit = Hit(r.Choice(n, "hit", string(HitFirst), string(HitAll), string(HitUnique)))
	}
	switch table := n.Get("table"); {
	case table == nil:
		r.rules(&p, n)
	case n.Get("rules") != nil:
		r.At(table, AmbiguousForm, "a policy has either rules or a table")
	default:
		r.table(&p, table)
	}
	return p
}

func (r reader) rules(p *Policy, n *jsondoc.Node) {
	rules := r.Need(n, "rules")
	if rules == nil || !r.Is(rules, jsondoc.Array) {
		return
	}
	if len(rules.Items) == 0 {
		r.At(rules, EmptyGroup, "the policy has no rules")
	}
	p.Rules = r.named(rules, func(item *jsondoc.Node) Rule { return r.rule(p, item) })
}

// named reads rules, which have names of their own.
func (r reader) named(list *jsondoc.Node, read func(*jsondoc.Node) Rule) (all []Rule) {
	names := map[string]bool{}
	for _, item := range list.Items {
		if !r.Is(item, jsondoc.Object) {
			continue
		}
		r.In(r.Text(item, "name"))
		rule := read(item)
		if rule.Name != "" && names[rule.Name] {
			r.At(item.Get("name"), DuplicateRule, "two rules have the name %q", rule.Name)
		}
		names[rule.Name] = true
		all = append(all, rule)
		r.In("")
	}
	return all
}

func (r reader) rule(p *Policy, n *jsondoc.Node) Rule {
	r.Known(n, "name", "when", "then")
	rule := Rule{Name: r.NeedText(n, "name")}
	if when := n.Get("when"); when != nil {
		rule.When = r.condition(when, p.Entity, true)
	}
	rule.Then = r.actions(n, p.Entity)
	switch then := n.Get("then"); {
	case then == nil && n.Get("when") == nil:
		r.At(n, RuleWithoutPoint, "the rule has neither a condition nor actions")
	case then != nil && then.Kind == jsondoc.Array && len(then.Items) == 0:
		r.At(then, EmptyGroup, "the list of actions is empty | Leave \"then\" out for a rule that only checks")
	case then != nil && p.Kind == Filter:
		r.At(then, FilterActs, "a filter policy only decides, it cannot act | Make it an execution policy or remove \"then\"")
	}
	return rule
}
