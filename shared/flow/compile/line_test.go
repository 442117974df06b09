package compile_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/engine"
)

// eachLine is a flow that marks the large lines of an order.
const eachLine = `{"id":"w","name":"W","type":"for-each","each":"line","next":"after","start":"large","steps":[
	{"id":"large","name":"Large?","type":"condition","when":{"field":"line.quantity","operator":"greater","value":9},"yes":"mark","no":"line-end"},
	{"id":"mark","name":"Mark","type":"set-fields","entity":"line","set":[{"set":"line.attributes.large","value":"yes"}],"next":"line-end"},
	{"id":"line-end","name":"Line end","type":"end"}]}`

// lined scripts an order of these lines, of which those named are large.
func lined(lines string, large ...string) func(c call) (string, *engine.TaskError) {
	return func(c call) (string, *engine.TaskError) {
		switch {
		case c.Step == "w" && c.Function == "orders/apply-event":
			return `{"version":1,"facts":{},"lines":` + lines + `}`, nil
		case slices.Contains(c.Want, "line.quantity") && slices.Contains(large, c.Line):
			return `{"version":1,"facts":{"line.quantity":12}}`, nil
		}
		return "", nil
	}
}

func TestADrawingRunsForEachLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines string
		want  []string
	}{
		"two lines": {`["1","2"]`, []string{"apply-event large 0.0", "apply-event large 0.0", "set-fields mark 0.0"}},
		"one line":  {`["2"]`, []string{"apply-event large 0.0", "set-fields mark 0.0"}},
		"no line":   {`[]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, waiting(eachLine), lined(c.lines, "2"))
			r.settle()
			calls := r.did()
			var got []string
			for _, c := range calls {
				got = append(got, c.String())
				if c.Function == "orders/set-fields" && (c.Line != "2" || c.Key != "run#mark#0.0#2") {
					t.Errorf("%+v", c)
				}
			}
			slices.Sort(got)
			want := append([]string{"apply-policies check 0", "apply-event w 0", "apply-policies after 0"}, c.want...)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			r.expectStatus(engine.Succeeded)
		})
	}
}

// A line that fails waits for its answer while the others go on.
func TestAFailureOfOneLineDoesNotHoldTheOthers(t *testing.T) {
	t.Parallel()
	refusals := 1
	order := lined(`["1","2","3"]`, "1", "3")
	r := start(t, waiting(eachLine), func(c call) (string, *engine.TaskError) {
		if c.Function == "orders/set-fields" && c.Line == "1" && refusals > 0 {
			refusals--
			return "", c.failing("Record.NotFound")
		}
		return order(c)
	})
	r.settle()
	calls := r.did()
	if !slices.ContainsFunc(calls, func(c call) bool { return c.Function == "orders/raise-exception" && c.Line == "1" }) ||
		!slices.ContainsFunc(calls, func(c call) bool { return c.Function == "orders/set-fields" && c.Line == "3" }) {
		t.Errorf("called were\n%s", lines(calls))
	}
	r.expectStatus(engine.Running)
	r.answer("exception/mark", `{"answer":"reprocess"}`)
	r.expect("set-fields mark 0.1", "apply-policies after 0")
	r.expectStatus(engine.Succeeded)
}

// What cannot list the lines is reprocessed from there.
func TestLinesThatCannotBeListedAreListedAgain(t *testing.T) {
	t.Parallel()
	refusals := 1
	r := start(t, waiting(eachLine), func(c call) (string, *engine.TaskError) {
		if c.Step == "w" && c.Function == "orders/apply-event" && refusals > 0 {
			refusals--
			return "", c.failing("Record.NotFound")
		}
		return lined(`["1"]`)(c)
	})
	r.settle()
	r.expect("apply-policies check 0", "apply-event w 0", "raise-exception w Record.NotFound 0")
	r.answer("exception/w", `{"answer":"reprocess"}`)
	r.expect("apply-event w 1", "apply-event large 1.0", "apply-policies after 1")
}
