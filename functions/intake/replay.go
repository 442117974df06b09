package intake

import (
	"context"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
)

// Replayed is the answer to a replay.
type Replayed struct {
	Message string `json:"message"`
	Rounds  int64  `json:"rounds"` // how often the message was announced by now
}

// Replay announces a message again, e.g. after its mapping was corrected.
var Replay = fn.Function{
	ID:       "intake/replay",
	Summary:  "Announce a message of the inbound error list again",
	Trigger:  fn.Trigger{Routes: []fn.Route{{Method: "POST", Path: "/api/messages/{id}/replay"}}},
	Failures: changing,
	Example:  fn.ExampleRequest("POST", "/api/messages/"+exampleMessage+"/replay", map[string]string{"id": exampleMessage}, ""),
	Timeout:  10 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		box := boxOf(d)
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			m, err := box.Replay(ctx, req.Params["id"])
			if err != nil {
				return fn.Response{}, err
			}
			// Accepted: what is announced here is worked on later.
			return fn.Done(req, 202, Replayed{Message: m.ID, Rounds: m.Rounds}, "/messages")
		})
	},
}
