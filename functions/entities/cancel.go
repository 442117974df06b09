package entities

import (
	"context"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
)

// Cancel cancels a record, where its entity says that it can be.
var Cancel = fn.Function{
	ID:       "entities/cancel",
	Summary:  "Cancel a record and end what waits for it, where its entity's transitions allow it",
	Trigger:  fn.Trigger{Routes: []fn.Route{{Method: "POST", Path: "/api/records/{id}/cancel"}}},
	Failures: changing,
	Example:  fn.ExampleRequest("POST", "/api/records/"+exampleRecord+"/cancel", map[string]string{"id": exampleRecord}, `{"reason":"withdrawn"}`),
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			if s.err != nil {
				return fn.Response{}, s.err
			}
			var body struct {
				Reason string `json:"reason"`
			}
			if err := fn.DecodeBody(req, &body); err != nil {
				return fn.Response{}, err
			}
			r, err := s.Cancel(ctx, req.Params["id"], "cancel", body.Reason)
			if err != nil {
				return fn.Response{}, err
			}
			return fn.JSON(200, r.Status)
		})
	},
}
