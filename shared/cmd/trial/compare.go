package trial

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order"
)

// Before is what happened to a recorded order.
type Before struct {
	State  order.State  `json:"state"`
	Reason order.Reason `json:"reason"`
	Flows  []string     `json:"flows"` // that it entered
	Events []Happened   `json:"events"`
}

// fromOutside are events that come from the channel, from people or from their
// answers, and those that follow from them alone. A trial does not repeat them.
var fromOutside = []string{event.OrderChanged, event.OrderChangeFailed, event.OrderCorrected, event.OrderExceptionResolved, event.OrderCancellationFailed}

// compare says in words what the draft would have made different.
func (o *Outcome) compare(r *Recorded, now order.Status) {
	if r.Status == nil {
		return
	}
	o.Before = &Before{State: r.Status.State, Reason: r.Status.Reason, Flows: slices.Sorted(maps.Keys(r.Status.Runs)), Events: happened(r.Journal, r.Status.Order)}
	if o.Before.Flows == nil {
		o.Before.Flows = []string{}
	}
	if !o.Enters {
		return // nothing would have happened here: the order enters another flow, or none
	}
	if a, b := standing(o.State, o.Reason), standing(r.Status.State, r.Status.Reason); a != b {
		o.differ("it ends as %s, not as %s", a, b)
	}
	o.compareLines(r.Status, &now)
	if len(r.Journal) > 0 {
		o.compareEvents()
	}
	if a, b := r.Status.Priority, now.Priority; a != b {
		o.differ("its priority is %d, not %d", b, a)
	}
	if a, b := sortedSet(r.Status.Tags), sortedSet(now.Tags); !slices.Equal(a, b) {
		o.differ("it is tagged %s, not %s", listed(b), listed(a))
	}
	if !maps.Equal(r.Status.Attributes, now.Attributes) {
		o.differ("its attributes are %v, not %v", now.Attributes, r.Status.Attributes)
	}
}

func (o *Outcome) differ(format string, args ...any) {
	o.Differences = append(o.Differences, fmt.Sprintf(format, args...))
}

func standing(s order.State, r order.Reason) string { return string(s) + " / " + string(r) }

func (o *Outcome) compareLines(before, now *order.Status) {
	for _, l := range now.Lines {
		was := before.Line(l.ID)
		if was == nil {
			continue
		}
		if l.Location != was.Location {
			o.differ("line %s ships from %s, not from %s", l.ID, somewhere(l.Location), somewhere(was.Location))
		}
		if !maps.Equal(was.Attributes, l.Attributes) {
			o.differ("the attributes of line %s are %v, not %v", l.ID, l.Attributes, was.Attributes)
		}
	}
}

func somewhere(location string) string {
	if location == "" {
		return "nowhere"
	}
	return location
}

// compareEvents compares record by record what happened, and how often.
func (o *Outcome) compareEvents() {
	var records []string
	counts := map[string]map[string]int{} // record → event → how often more than before
	count := func(all []Happened, n int) {
		for _, h := range all {
			if slices.Contains(fromOutside, h.Event) {
				if n < 0 && !slices.Contains(o.NotRepeated, h.Event) {
					o.NotRepeated = append(o.NotRepeated, h.Event)
				}
				continue
			}
			record := strings.TrimSpace(string(h.Entity) + " " + h.Record)
			if counts[record] == nil {
				counts[record] = map[string]int{}
				records = append(records, record)
			}
			counts[record][h.Event] += n
		}
	}
	count(o.Before.Events, -1)
	count(o.Events, 1)
	for _, record := range records {
		var more, less []string
		for _, name := range slices.Sorted(maps.Keys(counts[record])) {
			if n := counts[record][name]; n > 0 {
				more = append(more, times(name, n))
			} else if n < 0 {
				less = append(less, times(name, -n))
			}
		}
		if more != nil {
			o.differ("%s: %s in addition", record, strings.Join(more, ", "))
		}
		if less != nil {
			o.differ("%s: %s no more", record, strings.Join(less, ", "))
		}
	}
}

func times(name string, n int) string {
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%d times %s", n, name)
}

func sortedSet(all []string) []string {
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(all)
}

func listed(all []string) string {
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}
