// Package compile turns a flow document into a state machine.
//
// The work is an explicit list of passes over one document. Each reports every
// problem it can see; a machine is written only when none did. The machine is
// Amazon States Language with JSONata: it carries ids, counters and booleans,
// never documents, and every Task that fails beyond its retries puts the order
// on the exception list and waits there for a person.
//
// Profile standard is what the passes write; profile compact cuts its states into
// a machine and Express machines, see cut.go.
package compile

import (
	"maps"
	"slices"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// Result is a compiled flow.
type Result struct {
	Doc         flow.Document
	Machine     []byte   // ASL with "${…Function}" placeholders, see fn.LogicalID
	Children    []Child  // profile compact: what runs the stretches, published together with the machine
	Standard    []byte   // profile compact: the machine of profile standard, of whose states both are made
	Functions   []string // ids of the functions that the machine invokes, sorted
	Transitions Transitions
	MaxHistory  int // events of the longest run, see bounds.go
}

// Compile compiles a document. The policies are those that are published, or
// are about to be; more than the flow uses do no harm. With problems there is
// no machine.
func Compile(document []byte, catalog *flow.Catalog, policies []policy.Policy) (Result, flow.Problems) {
	return CompileAs("", document, catalog, policies)
}

// CompileAs compiles a document with another profile than its own; "" is its own.
func CompileAs(profile string, document []byte, catalog *flow.Catalog, policies []policy.Policy) (Result, flow.Problems) {
	c := prepare(document, catalog, policies)
	if profile != "" {
		c.profile = profile
	}
	if problems := c.through(passes()); len(problems) > 0 {
		return Result{Doc: c.doc}, problems
	}
	c.result.Doc, c.result.Functions = c.doc, slices.Sorted(maps.Keys(c.functions))
	return c.result, nil
}

// Check reports what Compile would, but for the problems that only the written
// machine shows: fast enough for a document that is being typed.
func Check(document []byte, catalog *flow.Catalog, policies []policy.Policy) flow.Problems {
	return prepare(document, catalog, policies).through(slices.DeleteFunc(passes(), func(p pass) bool { return p.sound }))
}

func prepare(document []byte, catalog *flow.Catalog, policies []policy.Policy) *compiler {
	if catalog == nil {
		catalog = &flow.Catalog{}
	}
	doc, report := flow.Open(document, catalog.Entities...)
	c := &compiler{doc: doc, profile: doc.Profile, report: report, catalog: catalog, policies: map[string]policy.Policy{}, functions: map[string]bool{}, fetched: map[string]bool{}, asked: map[string]bool{}, brought: map[string]bool{}}
	for _, p := range policies {
		c.policies[p.Ref()] = p
	}
	return c
}

// through runs the passes and returns the problems that they and the reader found.
func (c *compiler) through(all []pass) flow.Problems {
	if !c.report.Readable() {
		return c.report.Problems()
	}
	for _, pass := range all {
		if pass.sound && len(c.report.Problems()) > 0 {
			break
		}
		pass.run(c)
	}
	return c.report.Problems()
}

type compiler struct {
	doc       flow.Document
	report    *flow.Report
	catalog   *flow.Catalog
	policies  map[string]policy.Policy // by reference
	scopes    []*scope                 // the document's own first
	functions map[string]bool          // that the machine invokes
	fetched   map[string]bool          // decisions whose facts a state of their own fetches
	asked     map[string]bool          // steps whose outcome a condition asks for
	brought   map[string]bool          // those of them whose outcome leaves the branch of a parallel
	profile   string                   // how the machine is written
	cutting   bool                     // the states are parted among machine and children, see cut.go
	cuts      []*cut                   // by scope, inner ones first
	result    Result
}

type pass struct {
	name  string
	sound bool // needs a document without problems
	run   func(*compiler)
}

// passes lists what is done, in order.
func passes() []pass {
	return []pass{
		{"resolve the edges", false, (*compiler).resolve},
		{"find edges that lead nowhere", false, (*compiler).checkTargets},
		{"find steps that nothing leads to", false, (*compiler).checkReachable},
		{"find cycles that are not marked", false, (*compiler).checkCycles},
		{"find steps that come too early", false, (*compiler).checkOrder},
		{"find the outcomes that conditions ask for", false, (*compiler).checkOutcomes},
		{"find merges that merge nothing", false, (*compiler).checkMerges},
		{"find flows that run themselves", false, (*compiler).checkRecursion},
		{"check the actions", false, (*compiler).checkActions},
		{"check the policies", false, (*compiler).checkPolicies},
		{"check the size of facts and payloads", false, (*compiler).checkSizes},
		{"lead through the merges", true, (*compiler).leadThrough},
		{"write the machine", true, (*compiler).write},
		{"bound the history", true, (*compiler).bound},
	}
}

// step returns the steps of all scopes in the order of the document.
func (c *compiler) steps(yield func(*scope, *flow.Step) bool) {
	for _, sc := range c.scopes {
		for i := range sc.Steps {
			if !yield(sc, &sc.Steps[i]) {
				return
			}
		}
	}
}
