// Package intake holds the functions through which outside documents come in:
// the webhook that keeps a verified raw message once, the sweep that announces
// it again when nobody answered for it, and settle and replay, which take a
// message into the inbound error list and out of it.
package intake

import (
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
)

// exampleMessage stands in the examples: on a fresh system there is no such
// message, so they show the answer to an unknown id.
const exampleMessage = "msg_example"

// changing lists what a function that moves a message may report.
var changing = []fn.Failure{
	{Code: fault.NotFound, Meaning: "no such message, or its retention ended"},
	{Code: fault.Conflict, Meaning: "the message's state does not allow it, or others kept changing it", Retry: true},
	{Code: fault.Invalid, Meaning: "the input is not valid"},
}

func boxOf(d fn.Deps) inbox.Box {
	return inbox.Box{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}
}
