package flow

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/jsontree"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// TemplateFormat is the format of a parameter that is filled in from the order.
const TemplateFormat = "template"

// Shape is the part of JSON Schema in which actions declare their parameters. A
// validator of all of it would be half of the publishing function.
type Shape struct {
	Type       string            `json:"type"`
	Properties map[string]*Shape `json:"properties"`
	Required   []string          `json:"required"`
	More       *Shape            `json:"additionalProperties"`
	Items      *Shape            `json:"items"`
	Enum       []string          `json:"enum"`
	Minimum    *float64          `json:"minimum"`
	Maximum    *float64          `json:"maximum"`
	MinLength  int               `json:"minLength"`
	MaxLength  *int              `json:"maxLength"`
	Pattern    string            `json:"pattern"`
	Format     string            `json:"format"`

	nothing bool // the schema false: no value fits
}

// NoParameters is the shape of the parameters of an action that declares none.
func NoParameters() *Shape { return &Shape{More: &Shape{nothing: true}} }

// UnmarshalJSON also reads the schemas true and false.
func (s *Shape) UnmarshalJSON(data []byte) error {
	if text := string(data); text == "true" || text == "false" {
		*s = Shape{nothing: text == "false"}
		return nil
	}
	type plain Shape
	return json.Unmarshal(data, (*plain)(s))
}

// Check reports what of a value does not fit; templates are handed over.
func (s *Shape) Check(p *jsondoc.Parser, n *jsondoc.Node, template func(*jsondoc.Node)) {
	if s.Format == TemplateFormat {
		template(n)
		return
	}
	if want, ok := kindOf(s.Type); ok && n.Kind != want {
		p.At(n, InvalidParameters, "this is %s; it must be %s", n.Kind, want)
		return
	}
	switch n.Kind {
	case jsondoc.Object:
		s.object(p, n, template)
	case jsondoc.Array:
		for _, item := range n.Items {
			if s.Items != nil {
				s.Items.Check(p, item, template)
			}
		}
	case jsondoc.String:
		s.text(p, n)
	case jsondoc.Number:
		s.number(p, n)
	}
}

// kindOf is the kind of node that has a schema's type; false for any.
func kindOf(schemaType string) (jsontree.Kind, bool) {
	switch schemaType {
	case "object":
		return jsondoc.Object, true
	case "array":
		return jsondoc.Array, true
	case "string":
		return jsondoc.String, true
	case "number", "integer":
		return jsondoc.Number, true
	case "boolean":
		return jsondoc.Bool, true
	}
	return 0, false
}

func (s *Shape) object(p *jsondoc.Parser, n *jsondoc.Node, template func(*jsondoc.Node)) {
	for _, m := range n.Members {
		of := s.Properties[m.Key]
		if of == nil {
			of = s.More
		}
		switch {
		case of == nil:
		case of.nothing:
			p.Add(InvalidParameters, m.Value.Pointer, m.Pos, "the action takes no parameter %q | It takes: %s", m.Key, s.known())
		default:
			of.Check(p, m.Value, template)
		}
	}
	for _, key := range s.Required {
		if n.Get(key) == nil {
			p.At(n, InvalidParameters, "the parameter %q is missing", key)
		}
	}
}

// known lists the names of the parameters.
func (s *Shape) known() string {
	var names []string
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

func (s *Shape) text(p *jsondoc.Parser, n *jsondoc.Node) {
	length := utf8.RuneCountInString(n.Text)
	switch {
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, n.Text):
		p.At(n, InvalidParameters, "%q is no value of it | Possible values: %s", n.Text, strings.Join(s.Enum, ", "))
	case length < s.MinLength:
		p.At(n, InvalidParameters, "the text is shorter than %d characters", s.MinLength)
	case s.MaxLength != nil && length > *s.MaxLength:
		p.At(n, InvalidParameters, "the text is longer than %d characters", *s.MaxLength)
	case s.Pattern != "":
		if re, err := regexp.Compile(s.Pattern); err == nil && !re.MatchString(n.Text) {
			p.At(n, InvalidParameters, "%q does not have the form %s", n.Text, s.Pattern)
		}
	}
}

func (s *Shape) number(p *jsondoc.Parser, n *jsondoc.Node) {
	f, err := strconv.ParseFloat(n.Text, 64)
	switch {
	case err != nil:
		p.At(n, InvalidParameters, "%s is too large a number", n.Text)
	case s.Type == "integer" && f != float64(int64(f)):
		p.At(n, InvalidParameters, "%s is no whole number", n.Text)
	case s.Minimum != nil && f < *s.Minimum:
		p.At(n, InvalidParameters, "%s is less than %v", n.Text, *s.Minimum)
	case s.Maximum != nil && f > *s.Maximum:
		p.At(n, InvalidParameters, "%s is more than %v", n.Text, *s.Maximum)
	}
}
