// Package template reads the SAM templates, so that the wiring of Orderloom is
// written once: the same functions, routes, rules, schedules and machines run
// here and on AWS.
//
// It understands what our templates use: functions with events of the types
// HttpApi, DynamoDB, EventBridgeRule and Schedule, state machines, and included
// templates (AWS::Serverless::Application) with parameters. An event of another
// type is an error, not a gap.
package template

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// Template is what the templates of a project say together.
type Template struct {
	Functions []Function // by logical id
	Machines  []Machine
}

// Function is one Lambda function.
type Function struct {
	LogicalID   string
	Name        string
	Timeout     time.Duration
	MemoryMB    int
	Environment map[string]string
	Routes      []fn.Route
	Stream      *Stream // nil: the table's changes do not invoke it
	Rules       []Rule
	Schedules   []time.Duration
}

// Stream is a subscription to the table's changes.
type Stream struct {
	Filters []json.RawMessage // event filter patterns; none takes everything
	Batch   int               // changes per invocation
}

// Rule is an event rule.
type Rule struct {
	LogicalID string
	Bus       string // name; "" is the account's default bus
	Pattern   json.RawMessage
	InputPath string // part of the event that the target gets; "" is all
}

// Machine is one state machine of the repository.
type Machine struct {
	LogicalID     string
	Name          string
	File          string // path of the definition in the project
	Express       bool
	Substitutions map[string]string
	Rules         []Rule // what starts it
}

// Read reads template.yaml of a project and the templates it includes.
func Read(project fs.FS, stack string) (Template, error) {
	r := &reader{project: project}
	r.read("template.yaml", map[string]string{
		"AWS::StackName": stack, "AWS::Region": "us-east-1", "AWS::AccountId": "000000000000", "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": "",
	}, 0)
	if r.err != nil {
		return Template{}, r.err
	}
	slices.SortFunc(r.out.Functions, func(a, b Function) int { return cmp.Compare(a.LogicalID, b.LogicalID) })
	slices.SortFunc(r.out.Machines, func(a, b Machine) int { return cmp.Compare(a.LogicalID, b.LogicalID) })
	return r.out, nil
}

type reader struct {
	project fs.FS
	out     Template
	err     error // the first one
}

func (r *reader) fail(file, where, format string, args ...any) {
	if r.err == nil {
		r.err = fault.New(fault.Misconfigured, "%s: %s", file, fmt.Sprintf(format, args...)).On(file, where)
	}
}

// maxIncludes bounds templates that include each other.
const maxIncludes = 4

func (r *reader) read(file string, given map[string]string, depth int) {
	data, err := fs.ReadFile(r.project, file)
	if err != nil {
		r.fail(file, "", "cannot be read: %v", err)
		return
	}
	doc, err := parse(data)
	if err != nil {
		r.fail(file, "", "is not a template: %v", err)
		return
	}
	s := scope{parameters(doc, given), resources(doc)}
	globals := object(object(doc["Globals"])["Function"])
	for _, id := range sortedKeys(s.resources) {
		t := unit{r, s, file, id, object(s.resources[id]["Properties"]), globals}
		switch s.resources[id]["Type"] {
		case "AWS::Serverless::Function":
			t.function()
		case "AWS::Serverless::StateMachine":
			t.machine()
		case "AWS::Serverless::Application":
			if depth >= maxIncludes {
				r.fail(file, id, "templates include each other more than %d deep", maxIncludes)
				return
			}
			r.read(path.Join(path.Dir(file), s.text(t.properties["Location"])), t.parameters(given), depth+1)
		}
	}
}

// parameters are the defaults, overlaid by what was given.
func parameters(doc map[string]any, given map[string]string) map[string]string {
	values := map[string]string{}
	for name, p := range object(doc["Parameters"]) {
		if d, ok := object(p)["Default"]; ok {
			values[name] = fmt.Sprint(d)
		}
	}
	for k, v := range given {
		values[k] = v
	}
	return values
}

func resources(doc map[string]any) map[string]map[string]any {
	all := map[string]map[string]any{}
	for id, r := range object(doc["Resources"]) {
		all[id] = object(r)
	}
	return all
}

// unit is one resource while it is read.
type unit struct {
	*reader
	scope
	file, id   string
	properties map[string]any
	globals    map[string]any
}

// parameters of an included template: pseudo parameters stay, but for the name.
func (u unit) parameters(given map[string]string) map[string]string {
	values := map[string]string{}
	for k, v := range given {
		if strings.HasPrefix(k, "AWS::") {
			values[k] = v
		}
	}
	for k, v := range object(u.properties["Parameters"]) {
		values[k] = u.text(v)
	}
	return values
}

// property is the resource's own or what Globals says.
func (u unit) property(name string) any {
	if v, ok := u.properties[name]; ok {
		return v
	}
	return u.globals[name]
}

func (u unit) number(v any) int {
	text := u.text(v)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		u.fail(u.file, u.id, "%q is not a whole number", text)
	}
	return n
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
