package engine

import (
	"context"
	"maps"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/fault"
)

// AWS's limits of tags.
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// Tags returns the tags of a machine.
func (e *Engine) Tags(_ context.Context, arn string) (map[string]string, error) {
	if err := e.checkARN(arn); err != nil {
		return nil, err
	}
	r := e.registry.get(arn)
	if r == nil {
		return nil, noResource(arn)
	}
	return maps.Clone(r.Tags), nil
}

// Tag sets and removes tags of a machine. Versions and aliases have none.
func (e *Engine) Tag(_ context.Context, arn string, set map[string]string, remove []string) error {
	if err := e.checkARN(arn); err != nil {
		return err
	}
	return e.registry.change(arn, func(r *record) (*record, error) {
		if r == nil {
			return nil, noResource(arn)
		}
		if err := checkTags(r.Tags, set); err != nil {
			return nil, err
		}
		tags := map[string]string{}
		maps.Copy(tags, r.Tags)
		maps.Copy(tags, set)
		for _, key := range remove {
			delete(tags, key)
		}
		r.Tags = tags
		return r, nil
	})
}

// checkTags applies AWS's limits to tags that are added to others.
func checkTags(old, added map[string]string) error {
	total := len(old)
	for key, value := range added {
		if n := utf8.RuneCountInString(key); n < 1 || n > maxTagKey {
			return fault.New(ErrValidation, "1 validation error detected: Value '%s' at 'tags.key' failed to satisfy constraint: Member must have length between 1 and %d", key, maxTagKey)
		}
		if utf8.RuneCountInString(value) > maxTagValue {
			return fault.New(ErrValidation, "1 validation error detected: Value '%s' at 'tags.value' failed to satisfy constraint: Member must have length less than or equal to %d", value, maxTagValue)
		}
		if _, there := old[key]; !there {
			total++
		}
	}
	if total > maxTags {
		return fault.New(ErrTooManyTags, "a state machine has at most %d tags, not %d", maxTags, total)
	}
	return nil
}

func noResource(arn string) error {
	return fault.New(ErrResourceNotFound, "Resource not found: '%s'", arn)
}
