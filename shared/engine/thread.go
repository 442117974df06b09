package engine

import (
	"maps"
	"slices"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// phase is what a thread waits for between turns.
type phase uint8

const (
	idle    phase = iota // nothing: it is being moved right now, or has ended
	onTask               // the result of an invocation, or the token while it runs
	onToken              // the token; the invocation is over
	onWait               // the end of a Wait state
	onRetry              // the time of the next attempt
	onJoin               // its branches or iterations
)

// thread is one line of control: the execution itself, a branch of a Parallel
// state or an iteration of a Map state.
type thread struct {
	id     int
	parent *thread
	index  int // of the branch or iteration
	scope  *asl.Scope
	item   any          // Map: the item, for $states.context.Map.Item.Value
	vars   jsonata.Vars // see variables
	packed []byte       // the variables as JSON while the thread waits for long

	state   *asl.State
	input   *value
	entered int64 // Unix milliseconds
	entry   int64 // id of the event that says so
	before  int64 // id of the event that this one follows
	last    int64 // id of its latest event
	phase   phase
	moves   uint32 // counts phase changes: a stimulus for an older one is stale
	armed   uint32 // moves when the timer was set

	args      *value
	scheduled int64  // id of the TaskScheduled event; part of the token
	awaits    string // .sync: ARN of the execution that the task waits for
	timeoutAt int64  // Unix milliseconds, 0 means never
	beatAt    int64
	beat      int64 // HeartbeatSeconds
	retries   []int // attempts used, per retrier
	retried   int   // attempts used of all retriers

	due      int64 // end of a wait or time of a retry
	items    []any
	results  []*value
	started  int // iterations started
	open     int // children that run
	limit    int // of open; 0 means none
	children []*thread

	call  *callContext // of the invocation that runs
	timer timer
}

// set changes the phase.
func (th *thread) set(p phase) {
	th.phase = p
	th.moves++
}

// variables are those that the thread sees.
func (th *thread) variables() jsonata.Vars {
	if th.packed != nil {
		v, _ := jsonata.Decode(th.packed) // it was encoded by pack
		th.packed, th.vars = nil, jsonata.Vars{}
		v.(*jsonata.Object).Range(func(name string, v any) bool {
			th.vars[name] = v
			return true
		})
	}
	return th.vars
}

// assign sets a variable.
func (th *thread) assign(name string, v any) {
	if th.vars == nil {
		th.vars = jsonata.Vars{}
	}
	th.vars[name] = v
}

// pack makes a thread that waits for the world small: values in their decoded
// form take several times the room of their JSON.
func (th *thread) pack() {
	if len(th.vars) > 0 {
		o := jsonata.NewObject()
		for _, name := range slices.Sorted(maps.Keys(th.vars)) {
			o.Set(name, th.vars[name])
		}
		raw, err := jsonata.Encode(o)
		if err != nil {
			return // then it stays as it is
		}
		th.packed, th.vars = raw, nil
	}
	th.input.pack()
}

// child makes a thread inside th's state.
func (th *thread) child(id, index int, scope *asl.Scope, input *value) *thread {
	c := &thread{id: id, parent: th, index: index, scope: scope, input: input, vars: maps.Clone(th.variables())}
	th.children = append(th.children, c)
	th.open++
	return c
}

// deadline is when the thread's timer fires, in Unix milliseconds; 0 is never.
func (th *thread) deadline() int64 {
	switch th.phase {
	case onWait, onRetry:
		return th.due
	case onTask, onToken:
		if th.timeoutAt == 0 || th.beatAt != 0 && th.beatAt < th.timeoutAt {
			return th.beatAt
		}
		return th.timeoutAt
	}
	return 0
}

// mapItem finds the item of the innermost Map around the thread.
func (th *thread) mapItem() (index int, item any, ok bool) {
	for t := th; t.parent != nil; t = t.parent {
		if t.parent.state.Type == asl.Map {
			return t.index, t.item, true
		}
	}
	return 0, nil, false
}
