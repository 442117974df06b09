package oracle

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Aspects of a run that are compared.
const (
	refused = "refused" // whether the definition is accepted
	status  = "status"
	failure = "error"
	output  = "output"
	history = "history"
)

// deviation is a known fault of moto.
type deviation struct {
	aspects []string
	reason  string
}

// deviations reads lines "name aspect,aspect reason".
func deviations(t *testing.T) map[string]deviation {
	t.Helper()
	f, err := os.Open("testdata/deviations.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]deviation{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if lines.Text() == "" || lines.Text()[0] == '#' {
			continue
		}
		words := strings.SplitN(lines.Text(), " ", 3)
		if len(words) < 3 {
			t.Fatalf("deviations.txt: %q has no aspects or no reason", lines.Text())
		}
		all[words[0]] = deviation{strings.Split(words[1], ","), words[2]}
	}
	return all
}

// differ names the aspects in which two runs are not the same.
func differ(ours, motos outcome) []string {
	if (ours.refused != "") != (motos.refused != "") {
		return []string{refused}
	}
	var aspects []string
	add := func(aspect string, same bool) {
		if !same {
			aspects = append(aspects, aspect)
		}
	}
	add(status, ours.status == motos.status)
	add(failure, ours.failure == motos.failure)
	add(output, cmp.Equal(ours.output, motos.output))
	add(history, slices.Equal(ours.history, motos.history))
	return aspects
}

// report says how the runs differ.
func report(t test, input string, aspects []string, ours, motos outcome) {
	t.Helper()
	text := ""
	if slices.Contains(aspects, history) {
		text = "\n    only ours:" + missing(ours.history, motos.history) + "\n    only moto's:" + missing(motos.history, ours.history)
	}
	t.Errorf("input %.300s: different %s\n    ours: %s\n    moto: %s%s", input, strings.Join(aspects, ", "), ours, motos, text)
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	ends := newEndpoints(t)
	known := deviations(t)
	used := map[string]bool{}
	for _, c := range corpus(t) {
		for _, name := range c.deviations {
			if _, ok := known[name]; !ok {
				t.Errorf("%s: deviations.txt has no %q", c.name, name)
			}
			used[name] = true
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.check(t, ends, known)
		})
	}
	for name := range known {
		if !used[name] {
			t.Errorf("no machine shows the deviation %q", name)
		}
	}
}

// check runs the machine with each of its inputs on both sides. What a known
// deviation explains may differ, and must with one input at least.
func (c machineCase) check(t *testing.T, ends endpoints, known map[string]deviation) {
	explained := map[string][]string{} // names by aspect
	for _, name := range c.deviations {
		for _, aspect := range known[name].aspects {
			explained[aspect] = append(explained[aspect], name)
		}
	}
	seen := map[string]bool{}
	ours, motos := ends.ours.runAll(t, c), ends.moto.runAll(t, c)
	for i, input := range c.inputs {
		var unexplained []string
		for _, aspect := range differ(ours[i], motos[i]) {
			for _, name := range explained[aspect] {
				seen[name] = true
			}
			if explained[aspect] == nil {
				unexplained = append(unexplained, aspect)
			}
		}
		if unexplained != nil {
			report(t, input, unexplained, ours[i], motos[i])
		}
	}
	for _, name := range c.deviations {
		if !seen[name] {
			t.Errorf("moto does not deviate here (%s: %s); take the name away", name, known[name].reason)
		}
	}
}

// The corpus covers what it is said to cover.
func TestCorpusIsLarge(t *testing.T) {
	t.Parallel()
	all := corpus(t)
	if len(all) < 80 {
		t.Errorf("the corpus has %d machines", len(all))
	}
	var names []string
	for _, c := range all {
		if slices.Contains(names, c.name) {
			t.Errorf("two machines are %s", c.name)
		}
		names = append(names, c.name)
		if len(c.inputs) == 0 {
			t.Errorf("%s has no input", c.name)
		}
	}
}
