package compile

import (
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
)

// task is a Task state that invokes a function.
type task struct {
	name     string
	function string
	arn      string   // of a function that is not Orderloom's, instead
	passing  []string // its failures that pass
	payload  object
	wait     time.Duration // of a state that waits for its token; 0: it does not wait
	timeout  time.Duration // of one attempt; 0: the function's own
	retry    flow.Retry
	catch    []catcher
	assign   object
	output   any
	next     string // "": the machine ends
}

type catcher struct {
	code   string
	next   string
	assign object
	output any // nil: the error
}

const (
	everyError     = "States.ALL"
	timeoutError   = "States.Timeout"
	sandboxTimeout = "Sandbox.Timedout"
	invoke         = "arn:aws:states:::lambda:invoke"
	awaitingToken  = ".waitForTaskToken"
	taskToken      = "$states.context.Task.Token"
	resultPayload  = "$states.result.Payload"
)

// passing lists the failures of Lambda itself, and of Orderloom, that pass.
func passing() []string {
	return []string{
		"Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.SdkClientException", "Lambda.AWSLambdaException",
		"Lambda.ClientExecutionTimeoutException", "Lambda.Unknown", sandboxTimeout, fault.Internal,
	}
}

// patient is how steps are repeated that nobody can be asked about: over hours.
func patient() flow.Retry {
	return flow.Retry{Attempts: 20, Interval: 2 * time.Second, Rate: 2, MaxDelay: 15 * time.Minute}
}

// retried lists the failures of a function that are worth another attempt. A
// state that waits for its token does not repeat a time-out: it is the end of
// the wait.
func (c *compiler) retried(t task) []string {
	codes := slices.Clone(t.passing)
	f, _ := c.catalog.Function(t.function)
	for _, failure := range f.Failures {
		if failure.Retry {
			codes = append(codes, failure.Code)
		}
	}
	codes = append(codes, passing()...)
	if t.wait == 0 {
		codes = append(codes, timeoutError)
	}
	return codes
}

func (c *compiler) seconds(t task) int {
	if t.wait > 0 {
		return int(t.wait.Seconds())
	}
	if t.timeout > 0 {
		return int(t.timeout.Seconds())
	}
	f, _ := c.catalog.Function(t.function)
	return max(f.TimeoutSeconds, 1)
}

// state writes the Task.
func (c *compiler) state(t task) object {
	t.function = c.writer(t.function)
	name := t.arn
	if name == "" {
		c.functions[t.function] = true
		name = "${" + fn.LogicalID(t.function) + "}"
	}
	resource := invoke
	if t.wait > 0 {
		resource += awaitingToken
	}
	catch := make([]object, len(t.catch))
	for i, k := range t.catch {
		catch[i] = object{{"ErrorEquals", []string{k.code}}}
		if len(k.assign) > 0 {
			catch[i] = catch[i].with(field{"Assign", k.assign})
		}
		if k.output != nil {
			catch[i] = catch[i].with(field{"Output", k.output})
		}
		catch[i] = catch[i].with(field{"Next", k.next})
	}
	out := object{
		{"Type", "Task"},
		{"Resource", resource},
		{"Arguments", object{{"FunctionName", name}, {"Payload", t.payload}}},
		{"TimeoutSeconds", c.seconds(t)},
		{"Retry", []object{retries(t.retry, c.retried(t))}},
	}
	if len(catch) > 0 {
		out = out.with(field{"Catch", catch})
	}
	if len(t.assign) > 0 {
		out = out.with(field{"Assign", t.assign})
	}
	if t.output == nil {
		t.output = object{}
	}
	if t.next == "" {
		return out.with(field{"Output", t.output}, field{"End", true})
	}
	return out.with(field{"Output", t.output}, field{"Next", t.next})
}

// retries writes how often failures are tried again.
func retries(r flow.Retry, codes any) object {
	return object{
		{"ErrorEquals", codes},
		{"IntervalSeconds", int(r.Interval.Seconds())}, {"BackoffRate", r.Rate}, {"MaxAttempts", r.Attempts},
		{"MaxDelaySeconds", int(r.MaxDelay.Seconds())}, {"JitterStrategy", "FULL"},
	}
}
