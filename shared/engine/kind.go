package engine

// kind is the type of an event. Numbers are in the log: never renumber.
type kind uint8

const (
	executionStarted       kind = 1
	executionSucceeded     kind = 2
	executionFailed        kind = 3
	executionAborted       kind = 4
	executionTimedOut      kind = 5
	executionRedriven      kind = 6 // num: how often; text: the caller's token
	stateEntered           kind = 10
	stateExited            kind = 11
	stateAborted           kind = 12 // in vain: a neighbor's failure ended it
	taskScheduled          kind = 20
	taskStarted            kind = 21
	taskSubmitted          kind = 22
	taskSucceeded          kind = 23
	taskFailed             kind = 24
	taskTimedOut           kind = 25
	parallelStateStarted   kind = 30
	parallelStateSucceeded kind = 31
	parallelStateFailed    kind = 32
	mapStateStarted        kind = 40
	mapStateSucceeded      kind = 41
	mapStateFailed         kind = 42
	mapIterationStarted    kind = 44
	mapIterationSucceeded  kind = 45
	mapIterationFailed     kind = 46
	mapIterationAborted    kind = 47
	evaluationFailed       kind = 50
	firstHidden            kind = 200 // from here on not part of the history that users see
	created                kind = 200 // text: the execution's birth as JSON
	waitUntil              kind = 201 // num: when, Unix milliseconds
	retryAt                kind = 202 // num: when; num2: index of the retrier
)

// closes reports whether the event ends the execution.
func (k kind) closes() bool { return k >= executionSucceeded && k <= executionTimedOut }

// advances reports whether the next event of the thread names this one as its
// predecessor. AWS lets these stand beside the chain.
func (k kind) advances() bool {
	switch k {
	case stateAborted, parallelStateSucceeded, mapStateSucceeded, mapIterationStarted, mapIterationFailed, mapIterationAborted:
		return false
	}
	return true
}

// status is the execution's status after a closing event.
func (k kind) status() Status {
	switch k {
	case executionSucceeded:
		return Succeeded
	case executionFailed:
		return Failed
	case executionAborted:
		return Aborted
	case executionTimedOut:
		return TimedOut
	}
	return Running
}

// event is one step of an execution. Which fields mean something depends on
// kind; what the definition says is not repeated here.
type event struct {
	kind   kind
	id     int64 // from 1; 0 when hidden
	prev   int64
	at     int64 // Unix milliseconds
	thread int
	state  int // index of the state + 1; 0: none
	num    int64
	num2   int64
	text   string
	err    string
	cause  string
	in     *value // input, output or parameters
	vars   *value // assigned variables, an object
}
