package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/fn"
)

// RunName is the name of the n-th run of a flow for an order: the execution's
// name and the first part of every idempotency key. At most 80 characters.
func RunName(order, flow string, n int) string { return fmt.Sprintf("%s-%s-%d", order, flow, n) }

// OfRun takes the flow's id out of the name of a run.
func OfRun(run string) string {
	_, rest, _ := strings.Cut(run, "-")
	if i := strings.LastIndex(rest, "-"); i > 0 {
		if _, err := strconv.Atoi(rest[i+1:]); err == nil {
			return rest[:i]
		}
	}
	return rest
}

// MaxIDLength keeps run names within what Step Functions allows: 30 for the
// order id, 2 dashes, 4 digits.
const MaxIDLength = 44

// Start starts a run on the flow's machine; one that exists already is success.
func Start(ctx context.Context, states fn.States, machine, order, flow string, n int) error {
	name := RunName(order, flow, n)
	input, err := json.Marshal(ExecutionInput{Order: order, Flow: flow, Run: name})
	if err != nil {
		return err
	}
	return states.Start(ctx, machine, name, input)
}
