package flows

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
)

// Publication is a flow document and the policies that are published with it.
// Policies that are published already need not be repeated.
type Publication struct {
	Flow     json.RawMessage   `json:"flow"`
	Policies []json.RawMessage `json:"policies,omitempty"`
	By       string            `json:"by,omitempty"`
	Comment  string            `json:"comment,omitempty"`
	Canary   *registry.Trial   `json:"canary,omitempty"` // it gets a share of the new orders first
}

// Published says what is live now.
type Published struct {
	Flow    string `json:"flow"`
	Number  int    `json:"number"`  // of the version that was published
	Machine string `json:"machine"` // name without the stack
	Version string `json:"version"` // ARN of the machine's version; running orders stay on theirs

	Notes flow.Problems `json:"notes,omitempty"` // what cannot be told, see compile.CheckEntry
}

// Invalid is the failure of a drawing that does not compile; its data lists all
// problems.
const Invalid = "Flow.Invalid"

// Publish compiles a console-owned flow and makes it live, all or nothing: the
// registry, which flows/start reads, is written when everything else is there.
var Publish = fn.Function{
	ID:      "flows/publish",
	Summary: "Compile a flow with its policies, publish it as a new version of its machine and make it live",
	Trigger: fn.Trigger{Routes: []fn.Route{{Method: "POST", Path: "/api/flows/{id}/publish"}}},
	Failures: []fn.Failure{
		{Code: Invalid, Meaning: "the drawing or a policy has problems; all are listed"},
		{Code: fault.Invalid, Meaning: "the request is no publication, or is of another flow than its path"},
		{Code: fault.Conflict, Meaning: "the repository owns the flow, or a policy version exists with other content"},
	},
	Example: fn.ExampleRequest("POST", "/api/flows/example/publish", map[string]string{"id": "example"}, `{"flow":{}}`),
	Timeout: 60 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		p := steerer{publisherOf(d), d.Table}
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			in, err := fn.Decode[Publication](req.Body)
			if err != nil {
				return fn.Response{}, err
			}
			out, err := p.publish(ctx, req.Params["id"], in)
			if err != nil {
				return fn.Response{}, err
			}
			if err := p.revive(ctx, out.Flow, in.By); err != nil {
				return fn.Response{}, err
			}
			return fn.JSON(200, out)
		})
	},
}

type publisher struct {
	registry registry.Registry
	states   fn.States
	now      func() time.Time
}

func publisherOf(d fn.Deps) publisher { return publisher{registry.New(d.Table), d.States, d.Clock.Now} }

// machinePrefix keeps console-owned machines apart from those that deployments own.
const machinePrefix = "flow-"

func (p publisher) publish(ctx context.Context, id string, in Publication) (Published, error) {
	// Problems of form are reported below, together with those of meaning.
	entities, err := registry.Entities()
	if err != nil {
		return Published{}, err
	}
	doc, report := flow.Open(in.Flow, entities...)
	if report.Readable() && doc.ID != id {
		return Published{}, fault.New(fault.Invalid, "the document is of flow %q", doc.ID).On(id, "id").Got(doc.ID)
	}
	owned, err := p.registry.Owned(id)
	if err != nil {
		return Published{}, err
	}
	if owned {
		return Published{}, ownedByRepository(id)
	}
	if in.Canary != nil && doc.Entity != nil {
		return Published{}, fault.New(fault.Invalid, "only flows of orders can have a canary").On(id, "canary").Do("Publish the flow without one")
	}
	if err := checkTrial(in.Canary); err != nil {
		return Published{}, err
	}
	given, problems := read(in.Policies, entity.Customs(entities))
	if len(problems) > 0 {
		// What the flow means cannot be told without its policies; how it is
		// written can.
		problems = append(problems, report.Problems().Within("flow")...)
		return Published{}, invalid(id, problems)
	}
	policies, err := p.policies(ctx, given, doc.PolicyRefs())
	if err != nil {
		return Published{}, err
	}
	catalog, err := flow.LoadCatalog()
	if err != nil {
		return Published{}, err
	}
	result, problems := compile.Compile(in.Flow, catalog, policies)
	beside, notes, err := p.checkBeside(ctx, id, in.Flow, policies, entities)
	if err != nil {
		return Published{}, err
	}
	if problems = append(problems, beside...); len(problems) > 0 {
		return Published{}, invalid(id, problems.Within("flow"))
	}
	// The machine looks for its policies by version, so they are there before it.
	// If it is not published after all, they wait for the next attempt.
	if _, err := p.registry.SavePolicy(ctx, in.Policies...); err != nil {
		return Published{}, err
	}
	v, err := p.make(ctx, &doc, in.Flow, result)
	if err != nil {
		return Published{}, err
	}
	v.By, v.Comment, v.Trial = in.By, in.Comment, in.Canary
	live, err := p.release(ctx, nil, v)
	if err != nil {
		return Published{}, err
	}
	return Published{Flow: id, Number: live[0].Last, Machine: v.Machine, Version: v.ARN, Notes: notes.Within("flow")}, nil
}

// read reads the given policies and returns the problems of all of them.
func read(given []json.RawMessage, customs []policy.Custom) (all []policy.Policy, problems flow.Problems) {
	for i, doc := range given {
		one, bad := policy.Parse(doc, customs...)
		name := "policy " + one.ID
		if one.ID == "" {
			name = "policy " + strconv.Itoa(i+1)
		}
		problems = append(problems, bad.Within(name)...)
		all = append(all, one)
	}
	return all, problems
}

// policies gathers the given and the published policies that the flow uses.
func (p publisher) policies(ctx context.Context, all []policy.Policy, refs []string) ([]policy.Policy, error) {
	have := map[string]bool{}
	for _, one := range all {
		have[one.Ref()] = true
	}
	for _, ref := range refs {
		if have[ref] {
			continue
		}
		published, err := p.registry.Policies(ctx, []string{ref})
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
			continue // the compiler reports it with its position
		}
		if err != nil {
			return nil, err
		}
		all = append(all, published...)
	}
	return all, nil
}

func invalid(id string, problems flow.Problems) error {
	return fault.New(Invalid, "%s", problems.Error()).On(id, "").Do("Mend every problem, then publish again").With(problems)
}
