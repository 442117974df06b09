package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/policytest"
	"github.com/orderloom/orderloom/statemachines"
)

// policyCmd are the commands about policies.
type policyCmd struct {
	Test policyTestCmd `cmd:"" help:"Run the tests of policies; the exit code is 1 when one fails."`
	Diff policyDiffCmd `cmd:"" help:"Say in words how two versions of a policy differ."`

	Publish  policyPublishCmd  `cmd:"" help:"List the flows that a version of a policy changes and, with --confirm, publish it with them."`
	Versions policyVersionsCmd `cmd:"" help:"List the published versions of a policy."`
	Rollback policyRollbackCmd `cmd:"" help:"The same for a new version with the content of an older one."`
}

type policyTestCmd struct {
	Files []string `arg:"" optional:"" help:"Files that end in .test.json, each beside its policy, or folders of them." default:"statemachines/policies" type:"path"`
}

func (c *policyTestCmd) Run(s *session) error {
	files, err := testFiles(c.Files)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	tests, failed := 0, 0
	for _, file := range files {
		p, outcomes, err := runTests(file)
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			tests++
			result := "ok"
			if len(o.Wrong) > 0 {
				failed++
				result = "FAILED"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\n", result, p.Ref(), o.Test)
			for _, wrong := range o.Wrong {
				fmt.Fprintf(w, "\t\t  %s\n", wrong)
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if failed > 0 {
		return fault.New(fault.Invalid, "%d of %d tests failed", failed, tests)
	}
	_, err = fmt.Fprintf(s.out, "all %d tests pass\n", tests)
	return err
}

// testFiles lists the files to run: those given and those in given folders.
func testFiles(given []string) ([]string, error) {
	var all []string
	for _, name := range given {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			if !strings.HasSuffix(name, policy.TestSuffix) {
				return nil, fault.New(fault.Invalid, "%s does not end in %s", name, policy.TestSuffix)
			}
			all = append(all, name)
			continue
		}
		entries, err := os.ReadDir(name)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), policy.TestSuffix) {
				all = append(all, filepath.Join(name, e.Name()))
			}
		}
	}
	if len(all) == 0 {
		return nil, fault.New(fault.NotFound, "no file in %s ends in %s", strings.Join(given, ", "), policy.TestSuffix)
	}
	return all, nil
}

func runTests(file string) (policy.Policy, []policytest.Outcome, error) {
	p, err := readPolicy(strings.TrimSuffix(file, policy.TestSuffix) + ".json")
	if err != nil {
		return p, nil, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return p, nil, err
	}
	suite, problems := policytest.Parse(data)
	if len(problems) > 0 {
		return p, nil, fault.New(fault.Invalid, "%v", problems).On(file, "")
	}
	entities, err := registry.Entities()
	return p, suite.Run(p, entities...), err
}

func readPolicy(file string) (policy.Policy, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return policy.Policy{}, err
	}
	entities, err := registry.Entities()
	if err != nil {
		return policy.Policy{}, err
	}
	p, problems := policy.Parse(data, entity.Customs(entities)...)
	if len(problems) > 0 {
		return p, fault.New(fault.Invalid, "%v", problems).On(file, "")
	}
	return p, nil
}

type policyDiffCmd struct {
	A string `arg:"" help:"A policy document, or ID@VERSION of the repository."`
	B string `arg:"" help:"The version to compare it with."`
}

func (c *policyDiffCmd) Run(s *session) error {
	a, err := findPolicy(c.A)
	if err != nil {
		return err
	}
	b, err := findPolicy(c.B)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s → %s\n", a.Ref(), b.Ref())
	lines := policy.Diff(a, b)
	if len(lines) == 0 {
		lines = []string{"no difference"}
	}
	for _, line := range lines {
		fmt.Fprintln(s.out, " ", line)
	}
	return nil
}

// findPolicy reads a file, or finds a version in the repository.
func findPolicy(name string) (policy.Policy, error) {
	if !strings.Contains(name, "@") || strings.HasSuffix(name, ".json") {
		return readPolicy(name)
	}
	own, err := statemachines.Policies()
	if err != nil {
		return policy.Policy{}, err
	}
	for _, p := range own {
		if p.Ref() == name {
			return p, nil
		}
	}
	return policy.Policy{}, fault.New(fault.NotFound, "the repository has no policy %q", name).Do("Give a file")
}
