// Package fn declares functions. A Function value says everything about one
// Lambda function once: the binary, the local host, the palette of the flow
// designer, the documentation and the template check are derived from it.
//
// A handler takes and returns JSON. It gets the outside world through Deps and
// nothing else, is idempotent on a key that its caller gives it, and reports
// failures as *fault.Error, whose code a state machine retries or catches.
package fn

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table"
)

// Function is one Lambda function. ID is its path under functions/.
type Function struct {
	ID       string
	Summary  string // one sentence, imperative
	Trigger  Trigger
	Input    any // zero value of the input type: the source of its JSON Schema; nil for HTTP, stream and rule triggers
	Result   any
	Failures []Failure // codes it may report beside Orderloom.Internal
	Raises   []string  // events that it raises of its own accord; those that follow from them are package order's
	Example  any       // an input that works on a fresh local Orderloom
	Timeout  time.Duration
	MemoryMB int // 0 means 256
	New      func(Deps) Handler

	Implements []Capability // what a step can ask of it
	Parameters any          // zero value of what an action's step can set; nil: nothing
}

// Handler runs one invocation.
type Handler func(ctx context.Context, input json.RawMessage) (json.RawMessage, error)

// Trigger is what invokes a function; the zero value is a state machine task.
type Trigger struct {
	Routes   []Route       `json:"routes,omitempty"`   // HTTP API routes
	Stream   bool          `json:"stream,omitempty"`   // changes of the table
	Rule     string        `json:"rule,omitempty"`     // EventBridge detail-type
	Source   string        `json:"source,omitempty"`   // EventBridge source, whatever the detail-type
	Bindings bool          `json:"bindings,omitempty"` // the events that bindings name
	Schedule time.Duration `json:"schedule,omitempty"` // every so often
}

// Route is one route of the HTTP API, in API Gateway's notation
// ("POST", "/api/orders/{id}/cancel").
type Route struct {
	Method string `json:"method"`
	Path   string `json:"path"`
}

// Failure is a code that a function may report.
type Failure struct {
	Code    string `json:"code"`
	Meaning string `json:"meaning"`
	Retry   bool   `json:"retry"` // worth an automatic retry
}

// Deps is the outside world. A function's main fills what the function needs;
// the local host fills everything.
type Deps struct {
	Table   table.Table
	Blobs   blob.Store
	States  States
	Bus     Bus
	Secrets Secrets
	HTTP    Doer
	Clock   clock.Clock
	NewID   func(prefix string) string // "ord" → "ord_01J…", a ULID
	Setting func(name string) string   // environment variable, "" when unset
	Log     *slog.Logger
	Orders  *store.Cache // of orders decoded before, for functions that share a process; nil: none
}

// Doer sends HTTP requests; *http.Client is one.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// States is the port to Step Functions.
type States interface {
	// Start starts an execution on the machine's alias "live"; an execution of that
	// name that exists already is success. Machine names are without the stack.
	Start(ctx context.Context, machine, name string, input []byte) error
	// Succeed answers a task token. A token that is done or unknown is success:
	// somebody answered first.
	Succeed(ctx context.Context, token string, output []byte) error
	// Fail answers a task token with an error.
	Fail(ctx context.Context, token, code, cause string) error
	// History returns up to limit events of an execution, oldest first. It takes an
	// ARN or the name of a run, "<order>-<flow>-<n>".
	History(ctx context.Context, execution string, limit int) ([]HistoryEvent, error)
	// Publish creates or updates a machine, publishes a version and returns its
	// ARN. The alias "live" of a new machine leads to it; one that is there stays
	// where it is, see Route. Placeholders ("${OrdersRecordFunction}", LogicalID)
	// become the stack's function names.
	Publish(ctx context.Context, name string, definition []byte) (version string, err error)
	// PublishExpress creates or updates an Express machine and publishes a version.
	// No alias leads there: whoever runs it names the version.
	PublishExpress(ctx context.Context, name string, definition []byte) (version string, err error)
	// Route points the alias "live" of a machine at one or two versions.
	Route(ctx context.Context, machine string, shares []Share) error
	// Executions lists names of executions, newest first, and the cursor of the
	// next page.
	Executions(ctx context.Context, q ExecutionQuery) (names []string, next string, err error)
}

// Share is the part of new executions that a version gets.
type Share struct {
	Version string `json:"version"` // ARN
	Percent int    `json:"percent"`
}

// ExecutionQuery asks for executions of a machine, or of one version of it.
type ExecutionQuery struct {
	Machine string    // name without the stack
	Version string    // ARN; "": all versions
	Running bool      // only those that have not ended
	Since   time.Time // only those that began then or later; zero: all
	Limit   int       // 1 to 1,000; 0 means 1,000
	After   string    // the cursor of the page before
}

// HistoryEvent is one event of an execution's history.
type HistoryEvent struct {
	ID       int64     `json:"id"`
	Previous int64     `json:"previous"`
	At       time.Time `json:"at"`
	Type     string    `json:"type"`            // AWS's name, e.g. "TaskStateEntered"
	State    string    `json:"state,omitempty"` // name of the state entered or exited
	Error    string    `json:"error,omitempty"`
	Cause    string    `json:"cause,omitempty"`
	Input    string    `json:"input,omitempty"`
	Output   string    `json:"output,omitempty"`
}

// Bus is the port to EventBridge.
type Bus interface {
	// Put publishes entries and returns the indexes of those that were not
	// accepted; err is for the call as a whole.
	Put(ctx context.Context, entries []BusEntry) (failed []int, err error)
}

// BusEntry is one event on the bus.
type BusEntry struct {
	Source     string
	DetailType string
	Detail     json.RawMessage
	At         time.Time
}

// Secrets resolves a secret's reference to its value. Values never leave the
// function that asked: not to logs, events, history or tables.
type Secrets interface {
	Get(ctx context.Context, ref string) (string, error)
}
