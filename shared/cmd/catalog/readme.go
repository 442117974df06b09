package catalog

import (
	"fmt"
	"strings"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fn"
)

// README is functions/README.md: every function and every business event.
func README() []byte {
	var b strings.Builder
	b.WriteString("# Functions and events\n\nWritten by `make golden` from the declarations; a stale page fails `make test`.\n\n" +
		"One folder is one Lambda function, in the order in which data flows. Its id is its path; its resource in the template and its placeholder in a machine are derived from it (`orders/record` → `OrdersRecordFunction`).\n\n" +
		"| function | what it does | invoked by | may report |\n|---|---|---|---|\n")
	for _, f := range functions.All() {
		fmt.Fprintf(&b, "| [`%s`](%s) | %s | %s | %s |\n", f.ID, strings.TrimPrefix(Folder(f.ID), "functions/"), cell(f.Summary), trigger(f.Trigger), failures(f.Failures))
	}
	b.WriteString("\n## Events\n\nOn the bus an event's name is its detail-type; the detail is the event with its payload. `seq` ascends without gaps per order: apply by it, not by arrival.\n\n" +
		"| event | means | happens to | source |\n|---|---|---|---|\n")
	for _, d := range event.All() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", d.Name, cell(d.Title), d.Entity, d.Source)
	}
	return []byte(b.String())
}

func trigger(t fn.Trigger) string {
	var all []string
	for _, r := range t.Routes {
		all = append(all, "`"+r.Method+" "+r.Path+"`")
	}
	if t.Stream {
		all = append(all, "changes of the table")
	}
	if t.Rule != "" {
		all = append(all, "event `"+t.Rule+"`")
	}
	if t.Source != "" {
		all = append(all, "events of source `"+t.Source+"`")
	}
	if t.Bindings {
		all = append(all, "events that [bindings](../statemachines/README.md#bindings) name")
	}
	if t.Schedule > 0 {
		all = append(all, "every "+strings.TrimSuffix(t.Schedule.String(), "0s"))
	}
	if len(all) == 0 {
		return "a state machine"
	}
	return strings.Join(all, "<br>")
}

func failures(all []fn.Failure) string {
	var codes []string
	for _, f := range all {
		code := "`" + f.Code + "`"
		if f.Retry {
			code += " (retried)"
		}
		codes = append(codes, code)
	}
	return strings.Join(codes, " ")
}

// cell keeps a text within its cell.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
