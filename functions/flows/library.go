package flows

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/flow/references"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
)

// Library reads what is published.
var Library = fn.Function{
	ID:      "flows/library",
	Summary: "Read live flows with all that they need as one bundle, and who uses a policy, event, provider instance or mapping",
	Trigger: fn.Trigger{Routes: []fn.Route{
		{Method: "GET", Path: "/api/bundle"},
		{Method: "GET", Path: "/api/references/{kind}/{id}"},
	}},
	Failures: []fn.Failure{
		{Code: fault.NotFound, Meaning: "no such flow is live"},
		{Code: fault.Invalid, Meaning: "there is no such kind of thing to refer to, or too many flows for one bundle"},
	},
	Example: fn.ExampleRequest("GET", "/api/bundle", nil, ""),
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			place, err := placeOf(d)
			if err != nil {
				return fn.Response{}, err
			}
			if strings.HasPrefix(req.Path, "/api/references/") {
				uses, err := references.Find(ctx, place, references.Kind(req.Params["kind"]), req.Params["id"])
				if err != nil {
					return fn.Response{}, err
				}
				return fn.JSON(200, map[string]any{"uses": uses})
			}
			ids := strings.FieldsFunc(req.Query["flows"], func(r rune) bool { return r == ',' })
			if len(ids) == 0 {
				if ids, err = place.Library.Flows(ctx); err != nil {
					return fn.Response{}, err
				}
			}
			b, err := place.Export(ctx, ids...)
			if err != nil {
				return fn.Response{}, err
			}
			return fn.JSON(200, b)
		})
	},
}

// placeOf is this Orderloom as bundles see it.
func placeOf(d fn.Deps) (bundle.Place, error) {
	catalog, err := flow.LoadCatalog()
	return bundle.Place{Library: shelf{registry.New(d.Table)}, Table: d.Table, Catalog: catalog}, err
}

// shelf is the registry as bundles see it.
type shelf struct{ registry registry.Registry }

func (s shelf) Flows(ctx context.Context) ([]string, error) {
	live, err := s.registry.Live(ctx)
	ids := make([]string, len(live))
	for i, l := range live {
		ids[i] = l.ID
	}
	return ids, err
}

func (s shelf) Document(ctx context.Context, id string) (json.RawMessage, bool, error) {
	return s.registry.Drawing(ctx, id)
}

func (s shelf) Policies(ctx context.Context, refs []string) ([]policy.Policy, error) {
	return s.registry.Policies(ctx, refs)
}

func (s shelf) Versions(ctx context.Context, id string) ([]policy.Policy, error) {
	if id == "" { // of a policy that did not read
		return nil, nil
	}
	versions, err := s.registry.PolicyVersions(ctx, id)
	all := make([]policy.Policy, len(versions))
	for i, v := range versions {
		all[i] = v.Policy
	}
	return all, err
}
