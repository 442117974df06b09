package diff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Fields that lead to a step, and how the way is called.
var (
	edgeFields = []string{"next", "yes", "no", "otherwise"}
	edgeWords  = map[string]string{"next": "leads", "yes": "with yes leads", "no": "with no leads", "otherwise": "otherwise leads"}
)

func (c *comparison) edge(of, leads string, was, is *jsondoc.Node) {
	switch {
	case was == nil:
		c.say("%s %s to %s", of, leads, c.is.target(is))
	case is == nil:
		c.say("%s no longer %s to %s", of, leads, c.was.target(was))
	default:
		c.say("%s %s to %s, not to %s", of, leads, c.is.target(is), c.was.target(was))
	}
}

// target names the step that an edge leads to, and how often it may go back.
func (all *steps) target(n *jsondoc.Node) string {
	id, again := text(n), ""
	if to := n.Get("to"); to != nil {
		id = to.Text
		again = fmt.Sprintf(" (again, at most %s times)", text(n.Get("again").Get("maximum")))
	}
	name := strconv.Quote(id)
	if s := all.byID[id]; s != nil {
		name = strconv.Quote(s.name)
	}
	return name + again
}

func (c *comparison) branches(of string, was, is *jsondoc.Node) {
	before, after := named(was), named(is)
	for _, name := range before.order {
		if after.by[name] == nil {
			c.say("%s: branch %q is removed", of, name)
		}
	}
	for _, name := range after.order {
		old, now := before.by[name], after.by[name]
		if old == nil && now.Get("steps") != nil {
			c.say("%s: branch %q is added, beginning with %s", of, name, c.is.target(now.Get("start")))
			continue
		}
		if old == nil {
			c.say("%s: branch %q is added, to %s, with filter %s", of, name, c.is.target(now.Get("next")), list(now.Get("filter")))
			continue
		}
		c.fields(fmt.Sprintf("%s branch %q", of, name), old, now)
	}
	if len(items(is)) > 0 && is.Items[0].Get("steps") != nil {
		return // they all run, in any order
	}
	if kept, now := common(before, after), common(after, before); !slices.Equal(kept, now) {
		c.say("%s: branches are tried in the order %s", of, strings.Join(quotedAll(after.order), ", "))
	}
}

// policies tells which references came, went, or got another version.
func (c *comparison) policies(of, key string, was, is *jsondoc.Node) {
	what := "policy"
	if key == "filter" {
		what = "filter policy"
	}
	before, after := refs(was), refs(is)
	for _, id := range before.order {
		if after.version[id] == "" {
			c.say("%s: %s %s is removed", of, what, id+before.version[id])
		}
	}
	for _, id := range after.order {
		old := before.version[id]
		switch {
		case old == "":
			c.say("%s: %s %s is added", of, what, id+after.version[id])
		case old != after.version[id]:
			c.say("%s: %s %s becomes %s", of, what, id+old, id+after.version[id])
		}
	}
	moved := slices.DeleteFunc(slices.Clone(before.order), func(id string) bool { return after.version[id] == "" })
	kept := slices.DeleteFunc(slices.Clone(after.order), func(id string) bool { return before.version[id] == "" })
	if !slices.Equal(moved, kept) {
		c.say("%s: the order of the policies is %s", of, strings.Join(after.order, ", "))
	}
}

type references struct {
	order   []string
	version map[string]string // by id, with its @
}

func refs(n *jsondoc.Node) references {
	r := references{version: map[string]string{}}
	for _, item := range items(n) {
		id, version, _ := strings.Cut(item.Text, "@")
		r.order, r.version[id] = append(r.order, id), "@"+version
	}
	return r
}

type branches struct {
	order []string
	by    map[string]*jsondoc.Node
}

func named(n *jsondoc.Node) branches {
	b := branches{by: map[string]*jsondoc.Node{}}
	for _, item := range items(n) {
		name := text(item.Get("name"))
		if b.by[name] == nil {
			b.order, b.by[name] = append(b.order, name), item
		}
	}
	return b
}

// common lists the names of one that the other has, too.
func common(one, other branches) []string {
	var all []string
	for _, name := range one.order {
		if other.by[name] != nil {
			all = append(all, name)
		}
	}
	return all
}

func quotedAll(names []string) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = strconv.Quote(n)
	}
	return all
}

func list(n *jsondoc.Node) string {
	var all []string
	for _, item := range items(n) {
		all = append(all, item.Text)
	}
	return strings.Join(all, ", ")
}

func items(n *jsondoc.Node) []*jsondoc.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

func text(n *jsondoc.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

func object(n *jsondoc.Node) *jsondoc.Node {
	if n == nil {
		return &jsondoc.Node{Kind: jsondoc.Object}
	}
	return n
}

func same(a, b *jsondoc.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	return reflect.DeepEqual(a.Value(), b.Value())
}

// written is a value as a document has it.
func written(n *jsondoc.Node) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(n.Value()) // what was decoded from JSON always encodes
	return strings.TrimSpace(b.String())
}
