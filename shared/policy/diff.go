package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Diff says in words what differs between two versions of a policy, one thing
// a line; nothing when they decide and act alike and are described alike.
func Diff(a, b Policy) []string {
	var all []string
	changed := func(what string, from, to any) {
		if from != to {
			all = append(all, fmt.Sprintf("%s: %v → %v", what, shown(from), shown(to)))
		}
	}
	changed("id", a.ID, b.ID)
	changed("title", a.Title, b.Title)
	changed("description", a.Description, b.Description)
	changed("kind", a.Kind, b.Kind)
	changed("criticality", a.Criticality, b.Criticality)
	changed("entity", a.Entity, b.Entity)
	changed("hit", a.hit(), b.hit())
	return append(all, diffRules(a.AllRules(), b.AllRules())...)
}

func (p *Policy) hit() Hit {
	if p.Hit == "" {
		return HitFirst
	}
	return p.Hit
}

func shown(v any) string {
	if text := fmt.Sprint(v); text != "" {
		return text
	}
	return "(none)"
}

func diffRules(a, b []Rule) (all []string) {
	at := func(rules []Rule, name string) int {
		return slices.IndexFunc(rules, func(r Rule) bool { return r.Name == name })
	}
	var stayed, now []string // rules that both have, in the order of each
	for _, r := range a {
		i := at(b, r.Name)
		if i < 0 {
			all = append(all, fmt.Sprintf("rule %q removed: %s", r.Name, r.Words()))
			continue
		}
		stayed = append(stayed, r.Name)
		all = append(all, diffRule(r, b[i])...)
	}
	for i, r := range b {
		if at(a, r.Name) >= 0 {
			now = append(now, r.Name)
			continue
		}
		place := "first"
		if i > 0 {
			place = fmt.Sprintf("after %q", b[i-1].Name)
		}
		all = append(all, fmt.Sprintf("rule %q added, %s: %s", r.Name, place, r.Words()))
	}
	if !slices.Equal(stayed, now) {
		all = append(all, fmt.Sprintf("rules in another order: %s → %s", strings.Join(stayed, ", "), strings.Join(now, ", ")))
	}
	return all
}

func diffRule(a, b Rule) (all []string) {
	from, to := a.When.Words(), b.When.Words()
	if from == to { // words leave out how a value is written
		from, to = written(a.When), written(b.When)
	}
	if from != to {
		all = append(all, fmt.Sprintf("rule %q, when: %s → %s", a.Name, from, to))
	}
	if from, to := a.thenWords(), b.thenWords(); from != to {
		all = append(all, fmt.Sprintf("rule %q, then: %s → %s", a.Name, shown(from), shown(to)))
	}
	return all
}

func written(c *Condition) string {
	text, err := json.Marshal(c)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Words says a rule as a sentence.
func (r Rule) Words() string {
	text := r.When.Words()
	if len(r.Then) > 0 {
		return "when " + text + " then " + r.thenWords()
	}
	return "must hold: " + text
}

func (r Rule) thenWords() string {
	all := make([]string, len(r.Then))
	for i, a := range r.Then {
		all[i] = a.Words()
	}
	return strings.Join(all, ", ")
}
