package lambda

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
)

// defaultTimeout is Lambda's own for a function that declares none.
const defaultTimeout = 3 * time.Second

// errTimeout is the cause of a context that a function's timeout ended.
var errTimeout = errors.New("the function's timeout")

// TimeoutOf is a function's timeout.
func TimeoutOf(f fn.Function) time.Duration {
	if f.Timeout > 0 {
		return f.Timeout
	}
	return defaultTimeout
}

// Deadline returns a context that ends at the function's timeout, wall clock.
func Deadline(ctx context.Context, f fn.Function) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, TimeoutOf(f), errTimeout)
}

// Ended is the failure of an invocation whose context from Deadline is done:
// the function was too slow, or its caller has left.
func Ended(ctx context.Context, f fn.Function) *fn.LambdaError {
	if errors.Is(context.Cause(ctx), errTimeout) {
		return TimedOut(f)
	}
	return &fn.LambdaError{ErrorType: ErrAbandoned, ErrorMessage: "the caller of " + f.ID + " has left"}
}

// TimedOut is the failure of a function that was too slow.
func TimedOut(f fn.Function) *fn.LambdaError {
	return &fn.LambdaError{ErrorType: ErrTimedOut, ErrorMessage: fmt.Sprintf("%s timed out after %.2f seconds", f.ID, TimeoutOf(f).Seconds())}
}

// NotFound is the failure of invoking a function that does not exist.
func NotFound(name string) *fn.LambdaError {
	return &fn.LambdaError{ErrorType: ErrNotFound, ErrorMessage: "Function not found: " + name}
}

// CheckPayload returns the payload to hand over: an absent one is {}.
func CheckPayload(payload []byte) ([]byte, *fn.LambdaError) {
	if len(payload) > MaxPayload {
		return nil, &fn.LambdaError{ErrorType: ErrPayloadTooLarge, ErrorMessage: fmt.Sprintf("Request must be smaller than %d bytes; it has %d", MaxPayload, len(payload))}
	}
	if len(payload) == 0 {
		return []byte("{}"), nil
	}
	return payload, nil
}

// CheckResponse refuses a response that Lambda would not pass on.
func CheckResponse(data []byte) *fn.LambdaError {
	if len(data) <= MaxResponse {
		return nil
	}
	return &fn.LambdaError{ErrorType: ErrResponseTooLarge, ErrorMessage: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes)", MaxResponse)}
}
