package shopifytest

import (
	"encoding/json"
	"slices"
	"strings"
)

// addTags gives an order tags; s.mu is held.
func (s *Server) addTags(variables json.RawMessage) (object, error) {
	var in struct {
		ID   string   `json:"id"`
		Tags []string `json:"tags"`
	}
	if err := json.Unmarshal(variables, &in); err != nil {
		return nil, err
	}
	rec := s.orders[strings.TrimPrefix(in.ID, "gid://shopify/Order/")]
	if rec == nil {
		problem := object{"field": []string{"id"}, "message": "Order does not exist"}
		return object{"tagsAdd": object{"userErrors": []any{problem}}}, nil
	}
	for _, tag := range in.Tags {
		if !slices.Contains(rec.tags, tag) {
			rec.tags = append(rec.tags, tag)
		}
	}
	return object{"tagsAdd": object{"userErrors": []any{}}}, nil
}

// Tags returns the tags that an order was given over the API.
func (s *Server) Tags(order string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rec := s.orders[order]; rec != nil {
		return slices.Clone(rec.tags)
	}
	return nil
}
