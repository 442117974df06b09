package house

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/functions/providers"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/template"
	"github.com/orderloom/orderloom/statemachines"
)

const (
	root  = "../../.."
	stack = "orderloom"
)

func read(t *testing.T) template.Template {
	t.Helper()
	all, err := template.Read(os.DirFS(root), stack)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTemplatesHaveExactlyTheDeclaredFunctions, with the declared names, limits
// and triggers.
func TestTemplatesHaveExactlyTheDeclaredFunctions(t *testing.T) {
	t.Parallel()
	have := map[string]template.Function{}
	for _, f := range read(t).Functions {
		have[f.LogicalID] = f
	}
	for _, f := range functions.All() {
		file, stackRef := templateOf(f.ID)
		got, ok := have[fn.LogicalID(f.ID)]
		delete(have, fn.LogicalID(f.ID))
		if !ok {
			t.Errorf("%s lacks %s; add:\n\n%s", file, f.ID, stanza(f, stackRef))
			continue
		}
		if diff := cmp.Diff(declared(f), written(got)); diff != "" {
			t.Errorf("%s: %s is not as declared (- declared, + template):\n%s\nit should be like this:\n\n%s", file, f.ID, diff, stanza(f, stackRef))
		}
	}
	for id := range have {
		t.Errorf("a template has %s, which functions.All() does not list", id)
	}
}

// wiring is what a declaration and a template must agree on.
type wiring struct {
	Name      string
	Seconds   int
	MemoryMB  int
	Routes    []string
	Stream    bool
	Rules     []string // detail types, or the sources of a rule for all
	Schedules []string
}

// bound lists the events that bindings name.
func bound() []string {
	all, err := statemachines.Bindings()
	if err != nil {
		return []string{err.Error()}
	}
	names := make([]string, len(all))
	for i, b := range all {
		names[i] = b.Event
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func declared(f fn.Function) wiring {
	w := wiring{Name: fn.PhysicalName(stack, f.ID), Seconds: int(f.Timeout.Seconds()), MemoryMB: f.MemoryMB, Stream: f.Trigger.Stream}
	if w.MemoryMB == 0 {
		w.MemoryMB = 256
	}
	w.Routes = routes(f.Trigger.Routes)
	if f.Trigger.Rule != "" {
		w.Rules = []string{f.Trigger.Rule}
	}
	if f.Trigger.Source != "" {
		w.Rules = []string{f.Trigger.Source}
	}
	if f.Trigger.Bindings {
		w.Rules = bound()
	}
	if f.Trigger.Schedule > 0 {
		w.Schedules = []string{f.Trigger.Schedule.String()}
	}
	return w
}

func written(f template.Function) wiring {
	w := wiring{Name: f.Name, Seconds: int(f.Timeout.Seconds()), MemoryMB: f.MemoryMB, Stream: f.Stream != nil, Routes: routes(f.Routes)}
	for _, r := range f.Rules {
		w.Rules = append(w.Rules, detailTypes(r)...)
	}
	for _, s := range f.Schedules {
		w.Schedules = append(w.Schedules, s.String())
	}
	return w
}

func routes(all []fn.Route) []string {
	var list []string
	for _, r := range all {
		list = append(list, r.Method+" "+r.Path)
	}
	slices.Sort(list)
	return list
}

// pattern is as much of a rule's pattern as the templates use.
type pattern struct {
	Sources []string `json:"source"`
	Types   []string `json:"detail-type"`
}

func patternOf(r template.Rule) (p pattern, err error) { return p, json.Unmarshal(r.Pattern, &p) }

func detailTypes(r template.Rule) []string {
	p, err := patternOf(r)
	switch {
	case err != nil:
		return []string{err.Error()}
	case p.Types == nil:
		return p.Sources
	}
	return p.Types
}

// templateOf is the template that a function belongs into, and how the stack's
// name is written there.
func templateOf(id string) (file, stackRef string) {
	stage, _, _ := strings.Cut(id, "/")
	for _, p := range providers.All() {
		if p.ID == stage {
			return "functions/providers/" + p.ID + "/template.yaml", "Stack"
		}
	}
	return "template.yaml", "AWS::StackName"
}

var placeholder = regexp.MustCompile(`\$\{(\w+)\}`)

// TestMachinesOfTheTemplateAreThoseOfTheFolders, each with the name that Start
// makes of its id, and with exactly the substitutions that its definition needs.
func TestMachinesOfTheTemplateAreThoseOfTheFolders(t *testing.T) {
	t.Parallel()
	machines, err := statemachines.Machines()
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]template.Machine{}
	for _, m := range read(t).Machines {
		have[m.File] = m
	}
	for _, m := range machines {
		file := "statemachines/" + m.File
		got, ok := have[file]
		delete(have, file)
		if !ok {
			t.Errorf("template.yaml has no state machine with DefinitionUri: %s", file)
			continue
		}
		if got.Name != stack+"-"+m.ID || got.Express != m.Express {
			t.Errorf("%s is %q (express: %v) in template.yaml, want %q (express: %v)", file, got.Name, got.Express, stack+"-"+m.ID, m.Express)
		}
		if diff := cmp.Diff(substitutions(m.Definition), got.Substitutions); diff != "" {
			t.Errorf("DefinitionSubstitutions of %s (- needed, + in template.yaml):\n%s", file, diff)
		}
	}
	for file := range have {
		t.Errorf("template.yaml has a machine of %s, which is not there", file)
	}
}

// substitutions is what the placeholders of a definition stand for.
func substitutions(definition []byte) map[string]string {
	ids := map[string]string{"Stack": stack}
	for _, f := range functions.All() {
		ids[fn.LogicalID(f.ID)] = fn.PhysicalName(stack, f.ID)
	}
	all := map[string]string{}
	for _, m := range placeholder.FindAllSubmatch(definition, -1) {
		name := string(m[1])
		all[name] = ids[name] // "" for what is no function: the comparison shows it
	}
	return all
}

// TestProvidersAreIncluded: a provider is a folder, a line and an include.
func TestProvidersAreIncluded(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, p := range providers.All() {
		listed = append(listed, p.ID)
		if include := "Location: functions/providers/" + p.ID + "/template.yaml"; !strings.Contains(string(text), include) {
			t.Errorf("template.yaml does not include provider %s: an AWS::Serverless::Application with %s", p.ID, include)
		}
	}
	var folders []string
	for _, path := range glob(t, "functions/providers/*/provider.go") {
		folders = append(folders, filepath.Base(filepath.Dir(path)))
	}
	if diff := cmp.Diff(folders, listed); diff != "" {
		t.Errorf("providers (- folders, + lines of providers.go, by id):\n%s", diff)
	}
}

// maxResources leaves room below the 500 that a stack may have.
const maxResources = 400

// TestStacksStaySmall counts what SAM makes of each template, generously.
func TestStacksStaySmall(t *testing.T) {
	t.Parallel()
	perFile := map[string]int{"template.yaml": 30} // table, bus, bucket, API and what belongs to them
	all := read(t)
	for _, f := range all.Functions {
		file := "template.yaml"
		for _, g := range functions.All() {
			if fn.LogicalID(g.ID) == f.LogicalID {
				file, _ = templateOf(g.ID)
			}
		}
		perFile[file] += 2 + len(f.Routes) + 3*len(f.Rules) + 2*len(f.Schedules) // function, role; permissions, rules
		if f.Stream != nil {
			perFile[file]++
		}
	}
	perFile["template.yaml"] += 3*len(all.Machines) + len(providers.All())
	for file, n := range perFile {
		if n > maxResources {
			t.Errorf("%s has about %d resources, more than %d: move a stage into a template of its own", file, n, maxResources)
		}
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestRulesNameTheirSources: whoever may put events on the bus can give them any
// name. A rule that took them by name alone would take a stranger's word for ours.
func TestRulesNameTheirSources(t *testing.T) {
	t.Parallel()
	all := read(t)
	rules := map[string][]template.Rule{}
	for _, f := range all.Functions {
		rules[f.LogicalID] = f.Rules
	}
	for _, m := range all.Machines {
		rules[m.LogicalID] = m.Rules
	}
	for id, list := range rules {
		for _, r := range list {
			p, err := patternOf(r)
			if err != nil || len(p.Sources) == 0 {
				t.Errorf("a rule of %s takes events of any source (%v)", id, err)
			}
			if slices.Contains(p.Sources, event.ExternalSource) && id != fn.LogicalID("events/accept") {
				t.Errorf("%s takes what outside systems put in, unchecked", id)
			}
			for _, name := range p.Types {
				if d, ok := event.Lookup(name); ok && !slices.Contains(p.Sources, d.Source) {
					t.Errorf("a rule of %s never gets %s, which comes from %s", id, name, d.Source)
				}
			}
		}
	}
}
