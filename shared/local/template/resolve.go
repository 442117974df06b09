package template

import (
	"fmt"
	"regexp"
	"strings"
)

// scope resolves the intrinsic functions of one template as far as a machine
// without AWS can: parameters, pseudo parameters and names of resources. What
// it cannot know stays as "<resource>.<attribute>".
type scope struct {
	values    map[string]string         // parameters and pseudo parameters
	resources map[string]map[string]any // by logical id
}

var subPattern = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// text resolves a value to a text.
func (s scope) text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case map[string]any:
		return s.intrinsic(v)
	}
	return fmt.Sprint(v)
}

func (s scope) intrinsic(v map[string]any) string {
	if ref, ok := v["Ref"].(string); ok {
		return s.ref(ref)
	}
	if att, ok := v["Fn::GetAtt"]; ok {
		if list, ok := att.([]any); ok && len(list) == 2 {
			return s.attribute(s.text(list[0]) + "." + s.text(list[1]))
		}
		return s.attribute(s.text(att))
	}
	if sub, ok := v["Fn::Sub"]; ok {
		own := s
		if list, ok := sub.([]any); ok && len(list) == 2 {
			sub, own = list[0], s.with(list[1])
		}
		return subPattern.ReplaceAllStringFunc(own.text(sub), func(m string) string {
			name := m[2 : len(m)-1]
			if strings.Contains(name, ".") {
				return own.attribute(name)
			}
			return own.ref(name)
		})
	}
	return ""
}

func (s scope) with(extra any) scope {
	m, _ := extra.(map[string]any)
	values := make(map[string]string, len(s.values)+len(m))
	for k, v := range s.values {
		values[k] = v
	}
	for k, v := range m {
		values[k] = s.text(v)
	}
	return scope{values, s.resources}
}

// nameProperties hold a resource's own name, which is also what Ref yields for
// most of them.
var nameProperties = []string{"FunctionName", "Name", "TableName", "BucketName"}

// ref is what !Ref yields locally: a parameter's value or a resource's name.
func (s scope) ref(name string) string {
	if v, ok := s.values[name]; ok {
		return v
	}
	properties, _ := s.resources[name]["Properties"].(map[string]any)
	for _, p := range nameProperties {
		if v, ok := properties[p]; ok {
			return s.text(v)
		}
	}
	return name
}

// attribute is what !GetAtt yields locally: the name for attributes that
// identify the resource.
func (s scope) attribute(name string) string {
	resource, attribute, _ := strings.Cut(name, ".")
	if attribute == "Arn" || attribute == "Name" {
		return s.ref(resource)
	}
	return name
}
