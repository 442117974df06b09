package house

import (
	"slices"
	"strings"
	"testing"
)

// tiers of shared/, from the bottom up: a package imports its own tier and those
// below. A folder that is not listed belongs to the tier of the nearest one above.
var tiers = [][]string{
	{"shared/jsontree", "shared/fault", "shared/event", "shared/money", "shared/clock", "shared/golden", "shared/jsonata", "shared/jsonpath"},
	{"shared/order"},
	{"shared/table", "shared/blob", "shared/policy", "shared/transform", "shared/entity", "shared/asl"},
	{"shared/inbox", "shared/stock", "shared/rendezvous", "shared/exception", "shared/order/store", "shared/entity/store", "shared/flow", "shared/provider", "shared/fn", "statemachines"},
	{"shared/flow/compile"},
	{"shared/table/dynamo", "shared/table/sqlite", "shared/blob/folder", "shared/blob/s3", "shared/awsenv", "shared/engine", "shared/local", "shared/scenario"},
	{"shared/cmd"},
}

const functionTier = 4 // what a stage may import: all below the adapters

func tier(folder string) int {
	best, length := -1, -1
	for n, names := range tiers {
		for _, name := range names {
			if (folder == name || strings.HasPrefix(folder, name+"/")) && len(name) > length {
				best, length = n, len(name)
			}
		}
	}
	return best
}

func TestImportsGoDown(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest() || strings.HasPrefix(s.path, "functions/") {
			continue
		}
		mine := tier(s.folder())
		if mine < 0 {
			t.Errorf("%s: its folder is in no tier; add it to the list in this test", s.path)
			continue
		}
		for _, to := range s.own() {
			if !strings.HasPrefix(to, "functions") && tier(to) > mine {
				t.Errorf("%s imports %s, which is above it", s.path, to)
			}
		}
	}
}

// TestSharedKnowsNoFunctions, but for the commands: tests too.
func TestSharedKnowsNoFunctions(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.path, "shared/") || strings.HasPrefix(s.path, "shared/cmd/") {
			continue
		}
		for _, to := range s.own() {
			if strings.HasPrefix(to, "functions") {
				t.Errorf("%s imports %s; only shared/cmd may", s.path, to)
			}
		}
	}
}

// stage is the folder whose packages belong together: functions/<stage>, or
// functions/providers/<provider>.
func stage(folder string) string {
	parts := strings.Split(folder, "/")
	n := 2
	if len(parts) > 1 && parts[1] == "providers" {
		n = 3
	}
	return strings.Join(parts[:min(n, len(parts))], "/")
}

func TestStagesKnowNeitherEachOtherNorAdapters(t *testing.T) {
	t.Parallel()
	lists := []string{"functions", "functions/providers"} // functions.go, providers.go
	for _, s := range sources(t) {
		if s.isTest() || s.isMain() || !strings.HasPrefix(s.path, "functions/") || slices.Contains(lists, s.folder()) {
			continue
		}
		for _, to := range s.own() {
			if strings.HasPrefix(to, "functions") && stage(to) != stage(s.folder()) {
				t.Errorf("%s imports %s, another stage: the edge belongs into a machine, route, rule or stream", s.path, to)
			}
			if tier(to) > functionTier {
				t.Errorf("%s imports %s, an adapter: take it from fn.Deps", s.path, to)
			}
		}
	}
}

func TestProvidersDoNotImportTheAWSSDK(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.path, "functions/providers/") {
			continue
		}
		for _, i := range s.imports {
			if strings.HasPrefix(importPath(i), "github.com/aws/") {
				t.Errorf("%s imports %s", s.path, importPath(i))
			}
		}
	}
}

// TestNothingRegistersItself: lists are explicit.
func TestNothingRegistersItself(t *testing.T) {
	t.Parallel()
	// The SQLite driver can be had in no other way.
	allowed := []string{"embed", "time/tzdata", "modernc.org/sqlite"}
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if i.Name != nil && i.Name.Name == "_" && !slices.Contains(allowed, importPath(i)) {
				t.Errorf("%s imports %s for what it does at start; pass it in", s.path, importPath(i))
			}
		}
	}
}
