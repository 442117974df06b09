package explain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/compile/states"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// why says what a state is for.
func (t *teller) why(st states.State) string {
	switch st.Type {
	case "Pass":
		return "gives the variables their first values, so that every later expression finds them" + t.computes(st)
	case "Task":
		if st.Runs() {
			return t.stretch(st)
		}
		return t.task(st) + t.computes(st)
	case "Choice":
		return t.choice(st)
	case "Map":
		return "runs the drawing inside it for each item" + t.atOnce(st) + "; a failure inside waits inside, while the others go on" + t.computes(st)
	case "Parallel":
		return fmt.Sprintf("runs its %d branches at the same time and goes on when all have ended; a failure in one waits there, while the others go on", len(st.Inner)) + t.computes(st)
	case "Wait":
		return "waits; nothing runs and nothing is paid meanwhile" + t.computes(st)
	case "Succeed":
		return "an end"
	}
	return "ends the whole run as canceled: none of its parts has anything left to do"
}

func (t *teller) task(st states.State) string {
	payload := st.Payload()
	f, known := t.function(st.Function)
	switch {
	case st.Function == "" && strings.Contains(st.Resource, ":lambda:"):
		return "calls your own function " + states.Text(st.Node.Get("Arguments").Get("FunctionName"))
	case st.Function == "":
		return "calls " + strings.TrimPrefix(st.Resource, "arn:aws:states:::")
	case payload.Get("answers") != nil:
		return "a failure that no repetition mends becomes an exception; waits for a person's answer (" + strings.Join(texts(payload.Get("answers")), ", ") + "), at most " + patience(st)
	case payload.Get("event") != nil:
		return "applies " + payload.Get("event").Text + " to the order" + t.waits(st)
	case payload.Get("ends") != nil:
		return "an end; tells the step that runs this flow"
	case payload.Get("flow") != nil:
		return "runs flow " + states.Text(payload.Get("flow")) + " for the order and waits until it has ended"
	case payload.Get("lines") != nil:
		return "lists the order's lines as they stand, for the drawing to be run for each"
	case payload.Get("await").Get("event") != nil:
		return "waits at most " + patience(st) + " for " + states.Text(payload.Get("await").Get("event").Get("name")) + "; one that happened before counts"
	case st.Waits():
		return "waits at most " + patience(st) + " for what comes from outside, without being asked again and again"
	case payload.Get("want") != nil && st.What != "":
		return "fetches what the decision looks at (" + strings.Join(texts(payload.Get("want")), ", ") + ") from the order as it stands; the state before cannot give it"
	case !known:
		return "calls " + st.Function
	}
	return "calls " + f.ID + ": " + lower(f.Summary) + t.policies(payload)
}

// waits tells of a state that does two things at once.
func (t *teller) waits(st states.State) string {
	if !st.Waits() {
		return ""
	}
	return " and waits, at most " + patience(st) + ", for what comes next: one state instead of two"
}

func (t *teller) policies(payload *jsondoc.Node) string {
	list := texts(payload.Get("policies"))
	if len(list) == 0 {
		return ""
	}
	return "; " + strings.Join(list, ", ") + " in one invocation"
}

// computes tells of the booleans that a state computes for the decisions behind it.
func (t *teller) computes(st states.State) string {
	assign := st.Node.Get("Assign")
	if assign == nil {
		return ""
	}
	var names []string
	for _, m := range assign.Members {
		id, ok := strings.CutPrefix(m.Key, "if_")
		id, _, _ = strings.Cut(id, "__")
		if s := t.byID[id]; ok && s != nil && s.Name != st.Step && !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("; computes what %s tests, because a Choice cannot catch an expression that fails", quoted(names))
}

// stretch tells of a state that a child runs in the place of others.
func (t *teller) stretch(st states.State) string {
	what := "runs what waits for nothing, to the next wait, in one Express execution; the state where it begins was chosen before"
	if st.What != compile.StretchState {
		what = "the first stretch: runs what waits for nothing, from " + quoted(slices.Compact(st.Caught)) + " to the next wait, in one Express execution"
	}
	return what + "; should it fail, the states below do the same"
}

func (t *teller) choice(st states.State) string {
	if st.What == compile.OutcomeState {
		return "goes on where the stretch ended: where something waits, or at a state that needs more than seconds"
	}
	ways := slices.Compact(slices.Sorted(slices.Values(st.Next)))
	if skips := slices.ContainsFunc(st.Node.Get("Choices").Items, func(rule *jsondoc.Node) bool {
		return strings.HasPrefix(states.Text(rule.Get("Condition")), "{% $skip_")
	}); skips {
		return "goes on where the person's answer says: " + quoted(ways)
	}
	if s := t.steps[st.Step]; st.What == "Again" && s != nil {
		return fmt.Sprintf("counts how often the path goes back, at most %d times", s.Next.Again)
	}
	return "only chooses among " + quoted(ways) + "; what it tests is computed already"
}

func (t *teller) atOnce(st states.State) string {
	if n := st.Node.Get("MaxConcurrency"); n != nil {
		return ", " + n.Text + " at a time"
	}
	return ", all at once"
}

// function finds a function by its placeholder.
func (t *teller) function(placeholder string) (flow.Function, bool) {
	for _, f := range t.catalog.Functions {
		if fn.LogicalID(f.ID) == placeholder {
			return f, true
		}
	}
	return flow.Function{}, false
}

// patience is how long a state waits.
func patience(st states.State) string {
	n := st.Node.Get("TimeoutSeconds")
	if n == nil {
		return "a year"
	}
	seconds, err := strconv.Atoi(n.Text)
	if err != nil {
		return "as long as it says"
	}
	for _, unit := range []struct {
		name    string
		seconds int
	}{{"day", 86400}, {"hour", 3600}, {"minute", 60}} {
		if n := seconds / unit.seconds; n > 0 && seconds%unit.seconds == 0 {
			return plural(n, unit.name)
		}
	}
	return plural(seconds, "second")
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func quoted(names []string) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = strconv.Quote(n)
	}
	return strings.Join(all, ", ")
}

func texts(n *jsondoc.Node) []string {
	if n == nil {
		return nil
	}
	all := make([]string, len(n.Items))
	for i, item := range n.Items {
		all[i] = item.Text
	}
	return all
}

// lower makes a sentence part of another one.
func lower(sentence string) string {
	sentence = strings.TrimSuffix(sentence, ".")
	if len(sentence) < 2 || sentence[1] < 'a' || sentence[1] > 'z' {
		return sentence
	}
	return strings.ToLower(sentence[:1]) + sentence[1:]
}
