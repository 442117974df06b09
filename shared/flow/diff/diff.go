// Package diff tells in words what differs between two flow documents. Steps are
// the same when their ids are; a step that only moved on the canvas did not
// change.
package diff

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Documents compares two documents that are JSON objects. No differences is an
// empty list; problems are those of a document that is none.
func Documents(a, b []byte) ([]string, jsondoc.Problems) {
	was, is := jsondoc.Parse(a), jsondoc.Parse(b)
	if was.Root == nil || is.Root == nil {
		return nil, append(was.Problems().Within("the first document"), is.Problems().Within("the second document")...)
	}
	before, after := stepsOf(was.Root), stepsOf(is.Root)
	c := &comparison{was: before, is: after}
	c.fields("flow", was.Root, is.Root)
	for _, s := range before.all {
		if after.byID[s.id] == nil {
			c.say("%s is removed", s)
		}
	}
	for _, s := range after.all {
		old := before.byID[s.id]
		if old == nil {
			c.say("%s is added%s: %s", s, inside(s.inside), kind(s))
			continue
		}
		c.step(old, s)
	}
	return c.words, nil
}

// step is one step of a document.
type step struct {
	id, name string
	inside   string // id of the for-each around it, or of the parallel with the branch
	node     *jsondoc.Node
}

func (s *step) String() string { return "step " + strconv.Quote(s.name) }

type steps struct {
	all  []*step
	byID map[string]*step
}

func stepsOf(root *jsondoc.Node) *steps {
	all := &steps{byID: map[string]*step{}}
	all.scope(root, "")
	return all
}

func (all *steps) scope(n *jsondoc.Node, inside string) {
	list := n.Get("steps")
	if list == nil {
		return
	}
	for _, item := range list.Items {
		s := &step{id: text(item.Get("id")), name: text(item.Get("name")), inside: inside, node: item}
		if all.byID[s.id] == nil {
			all.all, all.byID[s.id] = append(all.all, s), s
		}
		all.scope(item, s.id)
		for _, b := range items(item.Get("branches")) {
			all.scope(b, s.id+", branch "+text(b.Get("name")))
		}
	}
}

type comparison struct {
	was, is *steps
	words   []string
}

func (c *comparison) say(format string, args ...any) {
	c.words = append(c.words, fmt.Sprintf(format, args...))
}

func (c *comparison) step(was, is *step) {
	if was.name != is.name {
		c.say("step %q is renamed %q", was.name, is.name)
	}
	if was.inside != is.inside {
		c.say("%s is moved%s", is, whereTo(was.inside, is.inside))
	}
	c.fields(is.String(), was.node, is.node)
}

// apart are the fields that are told in another way, or mean nothing.
var apart = []string{"id", "name", "steps", "layout", "format"}

// fields compares all other fields in the order of the newer document.
func (c *comparison) fields(of string, was, is *jsondoc.Node) {
	seen := map[string]bool{}
	for _, n := range []*jsondoc.Node{is, was} {
		for _, m := range n.Members {
			if of == "flow" && (m.Key == "id" || m.Key == "format") {
				c.value(of, m.Key, was.Get(m.Key), is.Get(m.Key), seen)
				continue
			}
			if !slices.Contains(apart, m.Key) {
				c.value(of, m.Key, was.Get(m.Key), is.Get(m.Key), seen)
			}
		}
	}
}

func (c *comparison) value(of, key string, was, is *jsondoc.Node, seen map[string]bool) {
	if seen[key] || same(was, is) {
		return
	}
	seen[key] = true
	switch {
	case key == "start":
		c.say("%s begins with %s, not with %s", of, c.is.target(is), c.was.target(was))
	case slices.Contains(edgeFields, key):
		c.edge(of, edgeWords[key], was, is)
	case key == "branches":
		c.branches(of, was, is)
	case key == "policies" || key == "filter":
		c.policies(of, key, was, is)
	case key == "entry":
		c.fields(of+" entry", object(was), object(is))
	case was == nil:
		c.say("%s: %s is now %s", of, key, written(is))
	case is == nil:
		c.say("%s: %s, which was %s, is gone", of, key, written(was))
	default:
		c.say("%s: %s is %s, not %s", of, key, written(is), written(was))
	}
}

func inside(each string) string {
	if each == "" {
		return ""
	}
	return " inside " + strconv.Quote(each)
}

func whereTo(was, is string) string {
	if is == "" {
		return " out of " + strconv.Quote(was)
	}
	return inside(is)
}

func kind(s *step) string { return text(s.node.Get("type")) }
