package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

type definition = event.Definition

// Renumber gives policies whose version is taken at a place by another content a
// version that is free there, in the policies and in the flows. One that is
// there already under another number gets that number, so that importing again
// publishes nothing again. It returns the bundle and, by old reference, the new
// ones.
func (p Place) Renumber(ctx context.Context, b *Bundle) (Bundle, map[string]string, error) {
	renamed := map[string]string{}
	out := *b
	out.Policies, out.Flows = slices.Clone(b.Policies), slices.Clone(b.Flows)
	for i, one := range b.read.policies {
		there, err := p.Library.Versions(ctx, one.ID)
		if err != nil {
			return out, nil, err
		}
		if have := find(there, one.Version); have == nil || samePolicy(*have, one) {
			continue
		}
		moved := one
		moved.Version = free(there, b.read.policies, one)
		if out.Policies[i], err = json.Marshal(&moved); err != nil {
			return out, nil, fault.Wrap(err, fault.Internal, "encoding policy %s", moved.Ref())
		}
		renamed[one.Ref()] = moved.Ref()
	}
	if len(renamed) == 0 {
		return out, renamed, nil
	}
	for i, text := range out.Flows {
		out.Flows[i] = rewritten(text, renamed)
	}
	text, err := json.Marshal(&out)
	if err != nil {
		return out, nil, fault.Wrap(err, fault.Internal, "encoding the bundle")
	}
	out, problems := Parse(text)
	if len(problems) > 0 {
		return out, nil, fault.Wrap(problems, fault.Invalid, "the bundle with other policy versions")
	}
	return out, renamed, nil
}

// free is the version under which a policy is there, or one that is free there
// and in the bundle.
func free(there, given []policy.Policy, one policy.Policy) int {
	for _, have := range there {
		same := one
		if same.Version = have.Version; samePolicy(have, same) {
			return have.Version
		}
	}
	taken := slices.Clone(there)
	for _, p := range given {
		if p.ID == one.ID {
			taken = append(taken, p)
		}
	}
	return next(taken)
}

// reference is where a flow refers to policies.
var reference = regexp.MustCompile(`/(filter|policies)/[0-9]+$`)

// rewritten replaces policy references of a flow, and nothing else of its text.
func rewritten(text json.RawMessage, renamed map[string]string) json.RawMessage {
	type edit struct {
		at, end int
		to      string
	}
	var edits []edit
	var visit func(*jsondoc.Node)
	visit = func(n *jsondoc.Node) {
		if to, ok := renamed[n.Text]; ok && n.Kind == jsondoc.String && reference.MatchString(n.Pointer) {
			edits = append(edits, edit{n.Pos, n.End, `"` + to + `"`})
		}
		for _, m := range n.Members {
			visit(m.Value)
		}
		for _, item := range n.Items {
			visit(item)
		}
	}
	if root := jsondoc.Parse(text).Root; root != nil {
		visit(root)
	}
	var out bytes.Buffer
	from := 0
	for _, e := range edits { // in the order of the text
		out.Write(text[from:e.at])
		out.WriteString(e.to)
		from = e.end
	}
	out.Write(text[from:])
	return out.Bytes()
}

// sameJSON reports whether two documents say the same, however they are written.
func sameJSON(a, b json.RawMessage) bool {
	x, y := jsondoc.Parse(a).Root, jsondoc.Parse(b).Root
	return x != nil && y != nil && reflect.DeepEqual(x.Value(), y.Value())
}

// Refs are the policies that a bundle's flows use and that it does not carry.
func (b *Bundle) Refs() []string {
	var all []string
	for i := range b.read.flows {
		for _, ref := range b.read.flows[i].PolicyRefs() {
			if !slices.ContainsFunc(b.read.policies, func(p policy.Policy) bool { return p.Ref() == ref }) && !slices.Contains(all, ref) {
				all = append(all, ref)
			}
		}
	}
	return all
}
