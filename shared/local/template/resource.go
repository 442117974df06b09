package template

import (
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
)

func (u unit) function() {
	f := Function{
		LogicalID: u.id, Name: u.text(u.properties["FunctionName"]), Environment: map[string]string{},
		Timeout: time.Duration(u.number(u.property("Timeout"))) * time.Second, MemoryMB: u.number(u.property("MemorySize")),
	}
	for _, from := range []map[string]any{u.globals, u.properties} {
		for k, v := range object(object(from["Environment"])["Variables"]) {
			f.Environment[k] = u.text(v)
		}
	}
	events := object(u.properties["Events"])
	for _, name := range sortedKeys(events) {
		e := object(events[name])
		p := object(e["Properties"])
		switch e["Type"] {
		case "HttpApi":
			f.Routes = append(f.Routes, fn.Route{Method: strings.ToUpper(u.text(p["Method"])), Path: u.text(p["Path"])})
		case "DynamoDB":
			f.Stream = u.stream(p)
		case "EventBridgeRule":
			f.Rules = append(f.Rules, u.rule(name, p))
		case "Schedule":
			f.Schedules = append(f.Schedules, u.rate(u.text(p["Schedule"])))
		default:
			u.fail(u.file, u.id, "event %s has the type %v, which does not run here", name, e["Type"])
		}
	}
	u.out.Functions = append(u.out.Functions, f)
}

func (u unit) machine() {
	m := Machine{
		LogicalID: u.id, Name: u.text(u.properties["Name"]), Express: u.text(u.properties["Type"]) == "EXPRESS",
		File: path.Join(path.Dir(u.file), u.text(u.properties["DefinitionUri"])), Substitutions: map[string]string{},
	}
	for k, v := range object(u.properties["DefinitionSubstitutions"]) {
		m.Substitutions[k] = u.text(v)
	}
	events := object(u.properties["Events"])
	for _, name := range sortedKeys(events) {
		e := object(events[name])
		if e["Type"] != "EventBridgeRule" {
			u.fail(u.file, u.id, "event %s has the type %v, which does not run here", name, e["Type"])
			continue
		}
		m.Rules = append(m.Rules, u.rule(name, object(e["Properties"])))
	}
	u.out.Machines = append(u.out.Machines, m)
}

func (u unit) stream(p map[string]any) *Stream {
	s := &Stream{Batch: u.number(p["BatchSize"])}
	filters, _ := object(p["FilterCriteria"])["Filters"].([]any)
	for _, f := range filters {
		s.Filters = append(s.Filters, json.RawMessage(u.text(object(f)["Pattern"])))
	}
	return s
}

func (u unit) rule(name string, p map[string]any) Rule {
	pattern, err := json.Marshal(u.plain(p["Pattern"]))
	if err != nil {
		u.fail(u.file, u.id, "event %s: the pattern is not JSON: %v", name, err)
	}
	return Rule{LogicalID: u.id + name, Bus: u.text(p["EventBusName"]), Pattern: pattern, InputPath: u.text(p["InputPath"])}
}

// plain resolves the intrinsic functions inside a value.
func (u unit) plain(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = u.plain(v[i])
		}
		return out
	case map[string]any:
		for k := range v {
			if len(v) == 1 && (k == "Ref" || strings.HasPrefix(k, "Fn::")) {
				return u.intrinsic(v)
			}
		}
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = u.plain(v[k])
		}
		return out
	}
	return v
}

// rate reads "rate(5 minutes)".
func (u unit) rate(text string) time.Duration {
	inner := strings.TrimSuffix(strings.TrimPrefix(text, "rate("), ")")
	count, name, _ := strings.Cut(inner, " ")
	n, err := strconv.Atoi(count)
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	each, ok := units[strings.TrimSuffix(name, "s")]
	if err != nil || n < 1 || !ok || inner == text {
		u.fail(u.file, u.id, "%q is not a rate such as rate(5 minutes)", text)
		return time.Hour
	}
	return time.Duration(n) * each
}
