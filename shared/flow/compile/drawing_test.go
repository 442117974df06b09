package compile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
)

// drawer draws any flow out of the elements, and says what a run of it must call.
type drawer struct {
	*rapid.T
	ids   int
	fails map[string]bool // steps that fail
	calls []string        // that a run makes
}

// lane is a drawing that grows at its end.
type lane struct {
	place flow.Place
	known []string // steps whose outcome is known
	steps []string
	start string
	open  []string // what to lead on: steps as text, with %s where the next one's id stands
	times int      // how often it runs
}

func (d *drawer) id(kind string) string {
	d.ids++
	return fmt.Sprintf("%s-%d", kind, d.ids)
}

// add leads the lane on to a step and leaves the step's own ways open.
func (l *lane) add(id string, open ...string) {
	if l.start == "" {
		l.start = id
	}
	for _, s := range l.open {
		l.steps = append(l.steps, strings.ReplaceAll(s, "NEXT", id))
	}
	l.open = open
}

func (l *lane) expect(d *drawer, call string) {
	for range l.times {
		d.calls = append(d.calls, call)
	}
}

// mark is a step that sets fields and goes on when that fails. done says whether
// the run comes to it.
func (d *drawer) mark(l *lane, id string, done bool) string {
	entity := ""
	if l.place == flow.InEachLine {
		entity = `"entity":"line",`
	}
	d.fails[id] = rapid.Bool().Draw(d.T, "fails")
	if done {
		l.expect(d, "orders/set-fields "+id+" ")
		if d.fails[id] {
			l.expect(d, "orders/apply-event "+id+" OrderStepAbandoned")
		}
	}
	return `{"id":"` + id + `","name":"` + id + `","type":"set-fields",` + entity + `"set":[{"addTag":"x"}],"onFailure":"continue","next":"NEXT"}`
}

// ask parts the ways by the outcome of an earlier step and merges them again,
// with a step on one of them.
func (d *drawer) ask(l *lane) {
	about := rapid.SampledFrom(l.known).Draw(d.T, "about")
	is := rapid.SampledFrom([]string{flow.OutcomeSucceeded, flow.OutcomeFailed}).Draw(d.T, "is")
	ask, more, merge := d.id("ask"), d.id("more"), d.id("merge")
	l.add(ask)
	l.steps = append(l.steps, fmt.Sprintf(`{"id":%q,"name":%q,"type":"condition","outcome":{"step":%q,"is":%q},"yes":%q,"no":%q}`, ask, ask, about, is, more, merge))
	l.steps = append(l.steps, strings.ReplaceAll(d.mark(l, more, d.fails[about] == (is == flow.OutcomeFailed)), "NEXT", merge))
	l.add(merge, `{"id":"`+merge+`","name":"`+merge+`","type":"merge","next":"NEXT"}`)
}

// inside draws a lane inside a step of this one and returns it as JSON.
func (d *drawer) inside(l *lane, place flow.Place, times int) (text string, known []string) {
	in := &lane{place: place, known: slices.Clone(l.known), times: l.times * times}
	d.draw(in)
	return fmt.Sprintf(`"start":%q,"steps":[%s]`, in.start, strings.Join(in.steps, ",")), in.known[len(l.known):]
}

func (d *drawer) draw(l *lane) {
	kinds := []string{"mark", "ask"}
	if l.place == flow.Outside {
		kinds = append(kinds, "parallel", "line")
	}
	for range rapid.IntRange(1, 4).Draw(d.T, "steps") {
		switch kind := rapid.SampledFrom(kinds).Draw(d.T, "kind"); {
		case kind == "ask" && len(l.known) > 0:
			d.ask(l)
		case kind == "parallel":
			id := d.id(kind)
			one, known := d.inside(l, flow.InBranch, 1)
			two, more := d.inside(l, flow.InBranch, 1)
			l.add(id, fmt.Sprintf(`{"id":%q,"name":%q,"type":"parallel","branches":[{"name":"one",%s},{"name":"two",%s}],"next":"NEXT"}`, id, id, one, two))
			l.known = slices.Concat(l.known, known, more)
		case kind == "line":
			id := d.id(kind)
			l.expect(d, "orders/apply-event "+id+" ")
			in, _ := d.inside(l, flow.InEachLine, 2)
			l.add(id, fmt.Sprintf(`{"id":%q,"name":%q,"type":"for-each","each":"line",%s,"next":"NEXT"}`, id, id, in))
		default:
			id := d.id("mark")
			l.add(id, d.mark(l, id, true))
			l.known = append(l.known, id)
		}
	}
	end := d.id("end")
	l.add(end)
	l.steps = append(l.steps, `{"id":"`+end+`","name":"`+end+`","type":"end"}`)
}

// Whatever is drawn of marks that may fail, conditions on their outcomes, merges,
// parallels and lines: the machine calls what the drawing says, and ends.
func TestElementsDoWhatTheDrawingSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := &drawer{T: rt, fails: map[string]bool{}}
		l := &lane{times: 1}
		d.draw(l)
		document := fmt.Sprintf(`{"format":"1.0","id":"m","title":"M","type":"order","maxLines":9,"entry":{"event":"OrderReceived"},"start":%q,"steps":[%s]}`, l.start, strings.Join(l.steps, ","))
		r := start(t, []byte(document), func(c call) (string, *engine.TaskError) {
			switch {
			case c.Function == "orders/set-fields" && d.fails[c.Step]:
				return "", c.failing("Record.NotFound")
			case strings.HasPrefix(c.Step, "line-") && c.Function == "orders/apply-event":
				return `{"version":1,"facts":{},"lines":["1","2"]}`, nil
			}
			return "", nil
		})
		r.settle()
		var got []string
		for _, c := range r.did() {
			got = append(got, c.Function+" "+c.Step+" "+c.Event)
		}
		slices.Sort(got)
		slices.Sort(d.calls)
		if diff := cmp.Diff(d.calls, got); diff != "" {
			rt.Fatalf("%s\n%s", document, diff)
		}
		r.expectStatus(engine.Succeeded)
		_ = r.Close()
	})
}
