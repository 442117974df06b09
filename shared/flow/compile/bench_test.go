package compile_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/policy"
)

// large is a flow of n steps that uses every one of the policies: validations
// and actions in turn, with a decision behind each.
func large(n, policies int) (document []byte, used []policy.Policy) {
	for i := range policies {
		text := fmt.Sprintf(`{"id":"filter-%d","version":1,"title":"F","kind":"filter","entity":"order","rules":[{"name":"r","when":{"any":[
			{"field":"order.shipTo.country","operator":"in","value":["US","CA","C%d"]},{"not":{"field":"order.totals.total","operator":"less","value":"%d.50"}}]}}]}`, i, i, i)
		if i%2 == 1 {
			text = fmt.Sprintf(`{"id":"check-%d","version":1,"title":"C","kind":"execution","criticality":"critical","entity":"order","rules":[
				{"name":"r","when":{"field":"order.lineCount","operator":"atMost","value":%d}}]}`, i, 100+i)
		}
		p, problems := policy.Parse([]byte(text))
		if len(problems) > 0 {
			panic(problems)
		}
		used = append(used, p)
	}
	var steps []string
	step := func(id int, rest string, args ...any) {
		steps = append(steps, fmt.Sprintf(`    {"id": "s%d", "name": "Step %d", `, id, id)+fmt.Sprintf(rest, args...)+"}")
	}
	for i := range n - 1 {
		odd, even := i%policies|1, i%policies&^1
		switch i % 4 {
		case 0:
			step(i, `"type": "validate-header", "policies": ["check-%d@1"], "next": "s%d"`, odd, i+1)
		case 1:
			step(i, `"type": "splitter", "branches": [{"name": "a", "filter": ["filter-%d@1"], "next": "s%d"}], "otherwise": "s%d"`, even, i+1, i+1)
		case 2:
			step(i, `"type": "provider-action", "action": "shopify/create-fulfillment", "instance": "channel", "parameters": {"notifyCustomer": true}, "next": "s%d"`, i+1)
		default:
			step(i, `"type": "condition", "when": {"all": [{"field": "order.channel", "operator": "equals", "value": "c%d"}, {"field": "order.lineCount", "operator": "greater", "value": 2}]}, "yes": "s%d", "no": "s%d"`, i, i+1, i+1)
		}
	}
	step(n-1, `"type": "end"`)
	return []byte(`{
  "format": "1.0", "id": "large", "title": "Large", "type": "order", "entry": {"event": "OrderReceived"}, "start": "s0",
  "steps": [
` + strings.Join(steps, ",\n") + "\n  ]\n}\n"), used
}

// The large flow is one that compiles: what the benchmarks measure is work.
func TestTheLargeFlowCompiles(t *testing.T) {
	t.Parallel()
	document, policies := large(200, 50)
	catalog, _ := world(t)
	result, problems := compile.Compile(document, catalog, policies)
	if len(problems) > 0 || len(result.Doc.Steps) != 200 || len(result.Doc.PolicyRefs()) != 50 {
		t.Errorf("%d steps, %d policies\n%v", len(result.Doc.Steps), len(result.Doc.PolicyRefs()), problems)
	}
}

// BenchmarkCompile200 compiles a flow of 200 steps with 50 policies. Beside it
// stands what encoding/json needs to read the same document: the ratio says more
// than the time, which depends on the machine.
func BenchmarkCompile200(b *testing.B) {
	benchmark200(b, func(document []byte, catalog *flow.Catalog, policies []policy.Policy) flow.Problems {
		_, problems := compile.Compile(document, catalog, policies)
		return problems
	})
}

// BenchmarkCheck200 checks the same flow without writing its machine, as a
// designer does while somebody types.
func BenchmarkCheck200(b *testing.B) {
	benchmark200(b, compile.Check)
}

func benchmark200(b *testing.B, work func([]byte, *flow.Catalog, []policy.Policy) flow.Problems) {
	document, policies := large(200, 50)
	catalog, _ := world(b)
	before := processTime(b)
	for b.Loop() {
		if problems := work(document, catalog, policies); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
	used := (processTime(b) - before) / time.Duration(b.N)
	b.ReportMetric(used.Seconds()*1000, "cpu-ms/op")
	b.ReportMetric(float64(used)/float64(reading(b, document)), "x-reading")
}

// reading is the processor time that encoding/json needs to read the document.
func reading(b *testing.B, document []byte) time.Duration {
	const times = 200
	before := processTime(b)
	for range times {
		if err := json.Unmarshal(document, new(any)); err != nil {
			b.Fatal(err)
		}
	}
	return (processTime(b) - before) / times
}

// processTime does not count what else the machine is busy with.
func processTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
