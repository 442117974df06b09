package engine

import (
	"slices"
	"sync"

	"github.com/orderloom/orderloom/shared/engine/wal"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// birth is what an execution is born with; it stands in its first record.
type birth struct {
	Name    string `json:"name"`
	Started int64  `json:"started"`          // Unix milliseconds
	Parent  string `json:"parent,omitempty"` // the task that started it, see call.id
	Tied    bool   `json:"tied,omitempty"`   // it lives no longer than that task waits
	*Origin
}

// Origin is what executions run. The many of one origin share its memory.
type Origin struct {
	Machine    string `json:"machine"` // ARN without version or alias
	Version    string `json:"version,omitempty"`
	Alias      string `json:"alias,omitempty"`
	Definition string `json:"definition"` // hash
	Role       string `json:"role,omitempty"`
}

// origins keeps each origin once.
type origins struct {
	mu    sync.Mutex
	known map[Origin]*Origin
}

func (o *origins) share(one Origin) *Origin {
	o.mu.Lock()
	defer o.mu.Unlock()
	if kept := o.known[one]; kept != nil {
		return kept
	}
	if o.known == nil {
		o.known = map[Origin]*Origin{}
	}
	o.known[one] = &one
	return &one
}

// execution is one run of a machine. Closed ones keep only what lists need;
// the rest is read from the log.
type execution struct {
	seq   uint64
	arn   string
	birth birth

	express bool
	depth   int // nesting of Express executions that wait for each other

	mu      sync.Mutex
	status  Status
	stopped int64    // Unix milliseconds
	redrive *redrive // nil when it never was redriven
	live    *live    // nil once closed

	logMu   sync.Mutex
	records []wal.Pos     // of its history, in order
	pending int           // records that are not durable yet
	settled []func(error) // called when pending becomes 0
}

// live is the part of an execution that exists while it runs.
type live struct {
	def     *definition
	root    *thread
	threads []*thread // all, by id
	next    int       // id of the next thread
	events  int64     // id of the latest event
	records int64     // records made so far
	input   *value
	timer   timer    // of the whole execution
	limited bool     // the timer was armed: one that waits for nothing needs none
	began   int64    // when it started or was redriven: its time counts from here
	onEnd   []func() // tasks that wait for the end, see watch
	probe   *probe   // of a test of one state

	context *jsonata.Object // $states.context.Execution and .StateMachine, built once
	machine *jsonata.Object
	result  *Result
	onDone  func(*Result) // Express: hears the end
}

// pack lets go of what can be made again.
func (l *live) pack() {
	l.input.pack()
	l.context, l.machine = nil, nil
}

func (l *live) find(id int) (int, bool) {
	return slices.BinarySearchFunc(l.threads, id, func(th *thread, id int) int { return th.id - id })
}

// thread finds a thread; nil when it has ended.
func (l *live) thread(id int) *thread {
	if i, found := l.find(id); found {
		return l.threads[i]
	}
	return nil
}

// Result is how an execution ended.
type Result struct {
	Status  Status
	Output  []byte // when it succeeded
	Error   string
	Cause   string
	Stopped int64 // Unix milliseconds
}

// walk calls f for a thread and everything inside it.
func walk(th *thread, f func(*thread)) {
	f(th)
	for _, c := range th.children {
		walk(c, f)
	}
}
