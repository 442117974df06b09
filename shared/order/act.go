package order

import "slices"

// What policies do to an order is kept in its status: the document stays as the
// channel states it, and a newer version of it undoes nothing of this.

// AddTag adds a tag unless the order has it.
func (s *Status) AddTag(tag string) {
	if !slices.Contains(s.Tags, tag) {
		s.Tags = append(s.Tags, tag)
	}
}

// SetAttribute sets an attribute of the line with that id, of the order when it
// is "". An unknown line has none.
func (s *Status) SetAttribute(line, name, value string) {
	to := &s.Attributes
	if line != "" {
		l := s.Line(line)
		if l == nil {
			return
		}
		to = &l.Attributes
	}
	if *to == nil {
		*to = map[string]string{}
	}
	(*to)[name] = value
}
