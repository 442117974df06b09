package shopify

import (
	"context"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/provider"
)

// TagParameters are the step's own parameters.
type TagParameters struct {
	Tags []string `json:"tags"`
}

// Tagged is what the shop's order was given.
type Tagged struct {
	Tags []string `json:"tags"`
}

// AddTags tags the order in the shop, so that people there see what happened here.
// A tag that the order has already is not added twice, so asking again is no harm.
var AddTags = fn.Function{
	ID:       "shopify/add-tags",
	Summary:  "Tag the order in the shop",
	Input:    flow.ActionInput{},
	Result:   Tagged{},
	Failures: talking,
	Example: flow.ActionInput{
		StepInput: flow.StepInput{Order: exampleOrder, Run: exampleOrder + "-lab-1", Step: "tell", Key: "tell#0"},
		Instance:  "channel", Parameters: []byte(`{"tags":["returned"]}`),
	},
	Timeout:    30 * time.Second,
	New:        func(d fn.Deps) fn.Handler { return provider.Action(d, addTags) },
	Parameters: TagParameters{},
}

// Limits of the shop.
const (
	maxTags     = 250
	maxTagRunes = 255 // a longest value that the shop takes
)

const tagMutation = `mutation AddTags($id: ID!, $tags: [String!]!) {
  tagsAdd(id: $id, tags: $tags) {
    userErrors { field message }
  }
}`

func addTags(ctx context.Context, c provider.Call) (Tagged, error) {
	p, err := fn.Decode[TagParameters](c.Parameters)
	if err != nil {
		return Tagged{}, fault.Wrap(err, fault.Invalid, "reading the parameters").On(c.Status.Order, "parameters")
	}
	if len(p.Tags) == 0 || len(p.Tags) > maxTags {
		return Tagged{}, fault.New(fault.Invalid, "the step names no tags, or more than %d", maxTags).On(c.Status.Order, "parameters.tags")
	}
	for _, tag := range p.Tags {
		if strings.TrimSpace(tag) == "" || strings.Contains(tag, ",") || len([]rune(tag)) > maxTagRunes {
			return Tagged{}, fault.New(fault.Invalid, "a tag is a text without commas of at most %d characters", maxTagRunes).On(c.Status.Order, "parameters.tags").Got(tag)
		}
	}
	s, err := newShop(ctx, c)
	if err != nil {
		return Tagged{}, err
	}
	var out struct {
		TagsAdd struct {
			UserErrors []userError `json:"userErrors"`
		} `json:"tagsAdd"`
	}
	if err := s.ask(ctx, "AddTags", tagMutation, map[string]any{"id": gid("Order", c.Order.ExternalID), "tags": p.Tags}, &out); err != nil {
		return Tagged{}, err
	}
	return Tagged(p), s.refused("AddTags", out.TagsAdd.UserErrors)
}
