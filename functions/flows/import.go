package flows

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
)

// Importing is a bundle and how to import it.
type Importing struct {
	Bundle   json.RawMessage `json:"bundle"`
	DryRun   bool            `json:"dryRun,omitempty"`   // only check, and say what would be done
	Renumber bool            `json:"renumber,omitempty"` // policies whose version is taken get the next one
}

// Imported says what was done, or would be.
type Imported struct {
	Changes    []bundle.Change   `json:"changes"`
	Renumbered map[string]string `json:"renumbered,omitempty"` // policy reference in the bundle → here
	Done       bool              `json:"done"`
}

// Import checks a bundle and makes its flows live, all or nothing.
var Import = fn.Function{
	ID:      "flows/import",
	Summary: "Check a bundle of flows against what is here and publish all of it, or nothing",
	Trigger: fn.Trigger{Routes: []fn.Route{{Method: "POST", Path: "/api/bundle"}}},
	Failures: []fn.Failure{
		{Code: Invalid, Meaning: "the bundle does not read, does not compile or does not fit in here; all problems are listed"},
		{Code: fault.Invalid, Meaning: "the request has no bundle"},
		{Code: fault.Conflict, Meaning: "others published the same meanwhile"},
	},
	Example: fn.ExampleRequest("POST", "/api/bundle", nil, `{"bundle":{},"dryRun":true}`),
	Timeout: 60 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			in, err := fn.Decode[Importing](req.Body)
			if err != nil {
				return fn.Response{}, err
			}
			place, err := placeOf(d)
			if err != nil {
				return fn.Response{}, err
			}
			out, err := importer{place, publisherOf(d)}.take(ctx, in)
			if err != nil {
				return fn.Response{}, err
			}
			return fn.JSON(200, out)
		})
	},
}

type importer struct {
	bundle.Place
	publisher
}

func (i importer) take(ctx context.Context, in Importing) (Imported, error) {
	var out Imported
	if in.Bundle == nil {
		return out, fault.New(fault.Invalid, "the request has no bundle").On("", "bundle")
	}
	b, problems := bundle.Parse(in.Bundle, i.Catalog.Entities...)
	if len(problems) > 0 {
		return out, invalid("bundle", problems)
	}
	var err error
	if in.Renumber {
		if b, out.Renumbered, err = i.Renumber(ctx, &b); err != nil {
			return out, err
		}
	}
	if out.Changes, problems, err = i.Check(ctx, &b); err != nil {
		return out, err
	}
	results, more, err := i.compiled(ctx, &b, !problems.Has(bundle.PolicyConflict))
	if problems = append(problems, more...); err == nil && len(problems) > 0 {
		err = invalid("bundle", problems)
	}
	if err != nil || in.DryRun {
		return out, err
	}
	out.Done = true
	return out, i.carry(ctx, &b, out.Changes, results)
}

// compiled compiles the flows with the policies of the bundle and those here, and
// compares their entries unless two policies have one reference.
func (i importer) compiled(ctx context.Context, b *bundle.Bundle, compares bool) (results map[string]compile.Result, problems flow.Problems, err error) {
	policies, err := i.policies(ctx, slices.Clone(b.PolicyVersions()), b.Refs())
	if err != nil {
		return nil, nil, err
	}
	others, more, err := i.neighbors(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	results = map[string]compile.Result{}
	for n, text := range b.Flows {
		id := b.Documents()[n].ID
		result, bad := compile.Compile(text, i.Catalog, policies)
		if compares {
			overlaps, _ := compile.CheckEntry(text, others, append(policies, more...), i.Catalog.Entities...)
			bad = append(bad, overlaps...)
		}
		problems = append(problems, bad.Within("flow "+id)...)
		results[id] = result
	}
	return results, problems, nil
}

// neighbors are the flows that are live once the bundle is here, and the
// policies by which orders enter those that are live now.
func (i importer) neighbors(ctx context.Context, b *bundle.Bundle) ([]compile.Neighbor, []policy.Policy, error) {
	var mine []compile.Neighbor
	var ids []string
	for _, d := range b.Documents() {
		mine, ids = append(mine, compile.Neighbor{ID: d.ID, Entry: d.Entry}), append(ids, d.ID)
	}
	others, policies, err := i.publisher.neighbors(ctx, ids...)
	return append(mine, others...), policies, err
}
