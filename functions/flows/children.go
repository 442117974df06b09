package flows

import (
	"context"

	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/fn"
)

// PublishMachine publishes a compiled flow's machine, whose name is the flow's
// id behind a prefix, and before it the children that it runs. The machine names
// their versions: until it is published itself nothing has changed, and a
// running order's machine goes on with the children that it began with.
func PublishMachine(ctx context.Context, states fn.States, prefix string, r compile.Result) (version string, err error) {
	versions := make([]string, len(r.Children))
	for i, c := range r.Children {
		if versions[i], err = states.PublishExpress(ctx, prefix+c.Name, c.Machine); err != nil {
			return "", err
		}
	}
	return states.Publish(ctx, prefix+r.Doc.ID, r.Pinned(versions))
}
