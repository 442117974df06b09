package engine

import (
	"sync"

	"github.com/orderloom/orderloom/shared/engine/wal"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// birth is what an execution is born with; it stands in its first record.
type birth struct {
	Name       string `json:"name"`
	Machine    string `json:"machine"` // ARN without version or alias
	Version    string `json:"version,omitempty"`
	Alias      string `json:"alias,omitempty"`
	Definition string `json:"definition"` // hash
	Role       string `json:"role,omitempty"`
	Started    int64  `json:"started"` // Unix milliseconds
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
	stopped int64 // Unix milliseconds
	live    *live // nil once closed

	logMu   sync.Mutex
	records []wal.Pos     // of its history, in order
	pending int           // records that are not durable yet
	settled []func(error) // called when pending becomes 0
}

// live is the part of an execution that exists while it runs.
type live struct {
	def     *definition
	root    *thread
	threads map[int]*thread
	next    int   // id of the next thread
	events  int64 // id of the latest event
	records int64 // records made so far
	input   *value
	timer   timer // of the machine's TimeoutSeconds

	context *jsonata.Object // $states.context.Execution and .StateMachine, built once
	machine *jsonata.Object
	result  *Result
	onDone  func(*Result) // Express: hears the end
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
