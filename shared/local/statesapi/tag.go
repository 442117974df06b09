package statesapi

import (
	"context"
	"maps"
	"slices"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
)

// tag is a label on a machine, as requests carry it.
type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type tagInput struct {
	ARN  string   `json:"resourceArn"`
	Tags []tag    `json:"tags"`
	Keys []string `json:"tagKeys"`
}

func (s *service) tags(ops map[string]operation) {
	ops["ListTagsForResource"] = op(func(ctx context.Context, in tagInput) (any, error) {
		var v violations
		if v.need("resourceArn", in.ARN); v != nil {
			return nil, v.err()
		}
		tags, err := s.e.Tags(ctx, in.ARN)
		list := []tag{}
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			list = append(list, tag{key, tags[key]})
		}
		return map[string]any{"tags": list}, err
	})
	ops["TagResource"] = op(func(ctx context.Context, in tagInput) (any, error) {
		var v violations
		v.need("resourceArn", in.ARN)
		if in.Tags == nil {
			v.add("null", "tags", "Member must not be null")
		}
		if v != nil {
			return nil, v.err()
		}
		set, err := tagMap(in.Tags)
		if err != nil {
			return nil, err
		}
		return empty{}, s.e.Tag(ctx, in.ARN, set, nil)
	})
	ops["UntagResource"] = op(func(ctx context.Context, in tagInput) (any, error) {
		var v violations
		v.need("resourceArn", in.ARN)
		if in.Keys == nil {
			v.add("null", "tagKeys", "Member must not be null")
		}
		if v != nil {
			return nil, v.err()
		}
		return empty{}, s.e.Tag(ctx, in.ARN, nil, in.Keys)
	})
}

func tagMap(tags []tag) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range tags {
		if _, twice := out[t.Key]; twice {
			return nil, fault.New(engine.ErrValidation, "Duplicate tag keys are not allowed: '%s'", t.Key)
		}
		out[t.Key] = t.Value
	}
	return out, nil
}
