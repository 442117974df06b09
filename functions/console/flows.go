package console

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/statemachines"
)

// FlowRow is one live flow and what it was told.
type FlowRow struct {
	Live    registry.Live `json:"live"`
	Owner   string        `json:"owner"` // repository or console
	Control steer.Control `json:"control"`
}

// FlowDetail is a flow with those who wait because of what it was told, up to
// maxListed of each.
type FlowDetail struct {
	FlowRow
	Queue   []steer.Entry `json:"queue"`   // orders that wait to enter
	Steps   []steer.Held  `json:"steps"`   // steps of running orders that wait to begin
	LeftOut []steer.Entry `json:"leftOut"` // orders that came when it was stopped
}

// PolicyRow is one published version of a policy.
type PolicyRow struct {
	Policy     string          `json:"policy"` // "<id>@<version>"
	Title      string          `json:"title"`
	Repository bool            `json:"repository"`
	Document   json.RawMessage `json:"document"`
}

func flowRow(l registry.Live, c steer.Control) FlowRow {
	row := FlowRow{Live: l, Owner: "console", Control: c}
	if l.Number == 0 {
		row.Owner = "repository"
	}
	if row.Control.State == "" {
		row.Control = steer.Control{Flow: l.ID, State: steer.Running}
	}
	return row
}

// flowAPI serves /api/flows, /api/flows/{id} and its versions.
func (s site) flowAPI(ctx context.Context, req fn.Request) (fn.Response, error) {
	id := req.Params["id"]
	switch strings.Count(strings.Trim(req.Path, "/"), "/") {
	case 1:
		return s.flowList(ctx)
	case 2:
		return s.flowDetail(ctx, id)
	case 4:
		return s.flowVersion(ctx, id, req.Params["number"])
	}
	if _, err := s.flows.Flow(ctx, id); err != nil {
		return fn.Response{}, err
	}
	all, err := s.flows.Versions(ctx, id)
	if err != nil {
		return fn.Response{}, err
	}
	return fn.JSON(200, map[string]any{"versions": listOf(all)})
}

func (s site) flowList(ctx context.Context) (fn.Response, error) {
	live, err := s.flows.Live(ctx)
	if err != nil {
		return fn.Response{}, err
	}
	told, err := steer.All(ctx, s.orders.Table)
	if err != nil {
		return fn.Response{}, err
	}
	rows := make([]FlowRow, len(live))
	for i, l := range live {
		rows[i] = flowRow(l, told[l.ID])
	}
	return fn.JSON(200, map[string]any{"flows": rows})
}

func (s site) flowDetail(ctx context.Context, id string) (fn.Response, error) {
	l, err := s.flows.Flow(ctx, id)
	if err != nil {
		return fn.Response{}, err
	}
	c, err := steer.Load(ctx, s.orders.Table, id)
	if err != nil {
		return fn.Response{}, err
	}
	d := FlowDetail{FlowRow: flowRow(l, c)}
	if d.Queue, err = steer.Queue(ctx, s.orders.Table, id, maxListed); err != nil {
		return fn.Response{}, err
	}
	if d.Steps, err = steer.Waiting(ctx, s.orders.Table, id, maxListed); err != nil {
		return fn.Response{}, err
	}
	if d.LeftOut, err = steer.LeftOut(ctx, s.orders.Table, id, maxListed); err != nil {
		return fn.Response{}, err
	}
	return fn.JSON(200, d)
}

// flowVersion returns a version with its document; the version of a flow that
// the repository owns is the one that was deployed, 0.
func (s site) flowVersion(ctx context.Context, id, number string) (fn.Response, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 {
		return fn.Response{}, fault.New(fault.Invalid, "the number of a version is a whole number").On(id, "number").Got(number)
	}
	if n > 0 {
		v, err := s.flows.Version(ctx, id, n)
		if err != nil {
			return fn.Response{}, err
		}
		return fn.JSON(200, v)
	}
	documents, err := statemachines.Documents()
	if err != nil {
		return fn.Response{}, err
	}
	doc, ok := documents[id]
	if !ok {
		return fn.Response{}, fault.New(fault.NotFound, "the repository has no flow %q", id)
	}
	l, err := s.flows.Flow(ctx, id)
	if err != nil {
		return fn.Response{}, err
	}
	return fn.JSON(200, registry.Version{Flow: id, Title: l.Title, Type: l.Type, Event: l.Event, Filters: l.Filters, Machine: l.Machine, Document: doc})
}

func (s site) policyVersions(ctx context.Context, id string) (fn.Response, error) {
	all, err := s.flows.PolicyVersions(ctx, id)
	if err != nil {
		return fn.Response{}, err
	}
	if len(all) == 0 {
		return fn.Response{}, fault.New(fault.NotFound, "no published policy %q", id)
	}
	rows := make([]PolicyRow, len(all))
	for i, v := range all {
		rows[i] = PolicyRow{v.Policy.Ref(), v.Policy.Title, v.Repository, v.Document}
	}
	return fn.JSON(200, map[string]any{"versions": rows})
}
