package compile

import (
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/flow"
)

// The profile compact writes the states of standard and then cuts them: what
// waits stays in the machine, what only works can also be run by a child, an
// Express machine. A run of the child, from a state where the machine hands over
// to the next one that waits, is a stretch; it costs the machine one transition
// or two, whatever it does.
//
// The child has the same states with the same names, keys and expressions. Where
// the machine would come to a state that stays, the child ends and says so, with
// the variables as they are by then. The machine keeps all of its states, too:
// when the child hands back a step that does not work within seconds, or comes to
// no good end itself, the machine goes on by these, as standard does. So nothing
// depends on the child, and everything that it did is found done, by its key.

// Limits of what a child runs.
const (
	maxInStretch  = time.Minute       // of one attempt of a step
	childTimeout  = 240 * time.Second // of a stretch; an Express execution ends after 300
	quickRetries  = 2                 // within a stretch, about one and two seconds after a failure
	worthStarting = 2                 // states that the first stretch of a drawing must run to save something
	worthWhile    = 3                 // and a later one, which takes a Choice of its own
)

// cut is what is known of the states of one scope.
type cut struct {
	b       *builder
	names   []string
	states  map[string]object
	first   string          // where the scope's beginning leads
	quick   map[string]bool // states that a child can run
	inside  map[string]bool // those that it does run
	starts  []string        // those in which it may begin, the first one first
	begins  bool            // the scope begins with a stretch
	guess   string          // the state that the first stretch is expected to come to; "" when there are several
	long    map[string]int  // see length
	known   map[string]toll // see way.go
	changed map[string]bool // see changes
}

func newCut(b *builder) *cut {
	k := &cut{b: b, states: map[string]object{}, quick: map[string]bool{}, inside: map[string]bool{}, long: map[string]int{}, known: map[string]toll{}}
	for _, f := range b.states()[1:] {
		state := f.value.(object)
		k.names, k.states[f.key], k.quick[f.key] = append(k.names, f.key), state, isQuick(state)
	}
	k.first = b.start.get("Next").(string)
	k.begins = k.length(k.first) >= worthStarting
	if k.begins {
		k.starts = append(k.starts, k.first)
	}
	for _, name := range k.names {
		if k.quick[name] {
			continue
		}
		for _, l := range links(k.states[name]) {
			if k.worth(l.to) && !slices.Contains(k.starts, l.to) {
				k.starts = append(k.starts, l.to)
			}
		}
	}
	for _, name := range k.starts {
		k.enter(name)
	}
	if k.begins {
		if ends := k.ends(k.first); len(ends) == 1 && guardable(k.states[ends[0]]) {
			k.guess = ends[0]
		}
	}
	return k
}

// isQuick reports whether a child can run a state: it waits for nobody, is
// repeated as usual or not at all, and is over within a minute.
func isQuick(state object) bool {
	switch state.get("Type") {
	case "Choice":
		return true
	case "Task":
		return state.get("Resource") == invoke && isSoon(state.list("Retry")[0]) && time.Duration(state.get("TimeoutSeconds").(int))*time.Second <= maxInStretch
	}
	return false
}

func isSoon(retry object) bool {
	usual := retries(flow.DefaultRetry(), nil)
	return retry.get("MaxAttempts") == 0 ||
		slices.EqualFunc(retry, usual, func(a, b field) bool { return a.key == "ErrorEquals" || a == b })
}

// guardable reports whether a state can find out that it is entered by mistake,
// and go elsewhere.
func guardable(state object) bool {
	resource, _ := state.get("Resource").(string)
	return state.get("Type") == "Map" || strings.HasPrefix(resource, invoke)
}

// likely lists where a state leads when nothing fails, nobody has to be asked
// and no edge goes back.
func (k *cut) likely(name string) []string {
	var all []string
	for _, l := range links(k.states[name]) {
		if !l.caught && !l.back && !k.b.seldom[l.to] && !slices.Contains(all, l.to) {
			all = append(all, l.to)
		}
	}
	return all
}

// length is the number of states that a stretch is likely to run, at most.
func (k *cut) length(name string) int {
	if n, known := k.long[name]; known || !k.quick[name] {
		return n
	}
	k.long[name] = 0 // of a way that comes back here
	best := 0
	for _, next := range k.likely(name) {
		best = max(best, k.length(next))
	}
	k.long[name] = 1 + best
	return 1 + best
}

// worth reports whether a stretch that begins in a state saves transitions.
func (k *cut) worth(name string) bool { return k.length(name) >= worthWhile }

// ends lists the states at which a stretch is likely to end.
func (k *cut) ends(name string) []string {
	var all []string
	seen := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		switch {
		case seen[name]:
			return
		case !k.quick[name]:
			all = append(all, name)
		}
		seen[name] = true
		if k.quick[name] {
			for _, next := range k.likely(name) {
				visit(next)
			}
		}
	}
	visit(name)
	return all
}

// enter marks what a stretch that begins in a state may come to.
func (k *cut) enter(name string) {
	if k.inside[name] {
		return
	}
	k.inside[name] = true
	if k.quick[name] {
		for _, l := range links(k.states[name]) {
			k.enter(l.to)
		}
	}
}

// handsBack reports whether a child gives a state back to the machine when it
// does not work within seconds.
func (k *cut) handsBack(name string) bool {
	return k.quick[name] && k.states[name].get("Type") == "Task" && k.states[name].list("Retry")[0].get("MaxAttempts") != 0
}

// prefix begins the names of the states that belong to the scope as a whole.
func (b *builder) prefix() string {
	return strings.TrimSuffix(b.startState(), flow.StateSeparator+eachState)
}
