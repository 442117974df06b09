package engine

import (
	"context"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// HistoryEvent is one event of a history, as AWS names and shapes it.
type HistoryEvent struct {
	ID         int64
	PreviousID int64
	At         time.Time
	Type       string   // e.g. "TaskStateEntered"
	Key        string   // name of the details in AWS's JSON, "" when there are none
	Details    *Details // nil when there are none
}

// Details has the fields of all of AWS's …EventDetails; an event sets those of
// its own.
type Details struct {
	Name              string            `json:"name,omitempty"`
	Input             *string           `json:"input,omitempty"`
	InputDetails      *Truncated        `json:"inputDetails,omitempty"`
	Output            *string           `json:"output,omitempty"`
	OutputDetails     *Truncated        `json:"outputDetails,omitempty"`
	Resource          string            `json:"resource,omitempty"`
	ResourceType      string            `json:"resourceType,omitempty"`
	Region            string            `json:"region,omitempty"`
	Parameters        *string           `json:"parameters,omitempty"`
	TimeoutSeconds    int64             `json:"timeoutInSeconds,omitempty"`
	HeartbeatSeconds  int64             `json:"heartbeatInSeconds,omitempty"`
	Error             string            `json:"error,omitempty"`
	Cause             string            `json:"cause,omitempty"`
	State             string            `json:"state,omitempty"`
	Location          string            `json:"location,omitempty"`
	Index             *int64            `json:"index,omitempty"`
	Length            *int64            `json:"length,omitempty"`
	RedriveCount      int64             `json:"redriveCount,omitempty"`
	RoleARN           string            `json:"roleArn,omitempty"`
	VersionARN        string            `json:"stateMachineVersionArn,omitempty"`
	AliasARN          string            `json:"stateMachineAliasArn,omitempty"`
	Assigned          map[string]string `json:"assignedVariables,omitempty"` // JSON texts
	AssignedTruncated *Truncated        `json:"assignedVariablesDetails,omitempty"`
}

// Truncated says whether data was cut; this engine never does.
type Truncated struct {
	Truncated bool `json:"truncated"`
}

// HistoryPage asks for a part of a history.
type HistoryPage struct {
	Page
	Reverse     bool // newest first
	WithoutData bool // leave out inputs and outputs
}

// part takes a page of all events. Where it ends is said by an id, not by a place:
// the history may have grown at that end when the next one is asked for.
func (p HistoryPage) part(arn string, all []event) ([]event, string, error) {
	if !p.Reverse {
		return cut("history of "+arn, all, p.Page) // the place is the id
	}
	list := "history back of " + arn
	from, err := p.start(list)
	if err != nil {
		return nil, "", err
	}
	if from > 0 {
		all = all[:min(from, int64(len(all)))]
	}
	slices.Reverse(all)
	if len(all) > p.size() {
		return all[:p.size()], pageToken(list, all[p.size()].id), nil
	}
	return all, "", nil
}

// GetExecutionHistory returns events of a durable execution as the log knows it.
func (e *Engine) GetExecutionHistory(_ context.Context, arn string, page HistoryPage) ([]HistoryEvent, string, error) {
	x := e.byARN(arn)
	if x == nil {
		return nil, "", noExecution(arn)
	}
	if err := e.settle(x); err != nil {
		return nil, "", err
	}
	def, err := e.registry.load(x.birth.Definition)
	if err != nil {
		return nil, "", err
	}
	x.logMu.Lock()
	records := slices.Clone(x.records)
	x.logMu.Unlock()
	var all []event
	for _, pos := range records {
		events, err := e.read(pos)
		if err != nil {
			return nil, "", err
		}
		for _, ev := range events {
			if ev.kind < firstHidden {
				all = append(all, ev)
			}
		}
	}
	part, next, err := page.part(arn, all)
	out := make([]HistoryEvent, len(part))
	for i := range part {
		out[i] = e.render(x, def, &part[i], !page.WithoutData)
	}
	return out, next, err
}

var eventNames = map[kind]string{
	executionStarted: "ExecutionStarted", executionSucceeded: "ExecutionSucceeded", executionFailed: "ExecutionFailed",
	executionAborted: "ExecutionAborted", executionTimedOut: "ExecutionTimedOut", executionRedriven: "ExecutionRedriven",
	stateEntered: "StateEntered", stateExited: "StateExited", stateAborted: "StateAborted",
	taskScheduled: "Scheduled", taskStarted: "Started", taskSubmitted: "Submitted", taskSucceeded: "Succeeded",
	taskFailed: "Failed", taskTimedOut: "TimedOut",
	parallelStateStarted: "ParallelStateStarted", parallelStateSucceeded: "ParallelStateSucceeded",
	parallelStateFailed: "ParallelStateFailed", mapStateStarted: "MapStateStarted",
	mapStateSucceeded: "MapStateSucceeded", mapStateFailed: "MapStateFailed",
	mapIterationStarted: "MapIterationStarted", mapIterationSucceeded: "MapIterationSucceeded",
	mapIterationFailed: "MapIterationFailed", mapIterationAborted: "MapIterationAborted",
	evaluationFailed: "EvaluationFailed",
}

// render gives an event AWS's shape.
func (e *Engine) render(x *execution, def *definition, ev *event, data bool) HistoryEvent {
	out := HistoryEvent{ID: ev.id, PreviousID: ev.prev, At: millis(ev.at), Type: eventNames[ev.kind]}
	var st *asl.State
	if ev.state > 0 {
		st = def.machine.States[ev.state-1]
	}
	d := &Details{Error: ev.err, Cause: ev.cause}
	switch ev.kind {
	case executionStarted:
		d.input(ev.in, data)
		d.RoleARN, d.VersionARN, d.AliasARN = x.birth.Role, x.birth.Version, x.birth.Alias
	case executionSucceeded:
		d.output(ev.in, data)
	case executionRedriven:
		d.RedriveCount = ev.num
	case stateAborted:
		out.Type = string(st.Type) + out.Type
		return out
	case stateEntered, stateExited:
		renderState(&out, d, st, ev, data)
	case taskScheduled, taskStarted, taskSubmitted, taskSucceeded, taskFailed, taskTimedOut:
		e.renderTask(&out, d, st, ev, data)
	case mapStateStarted:
		d = &Details{Length: &ev.num}
	case mapIterationStarted, mapIterationSucceeded, mapIterationFailed, mapIterationAborted:
		d = &Details{Name: st.Name, Index: &ev.num}
	case evaluationFailed:
		d.State, d.Location = st.Name, ev.text
	case parallelStateStarted, parallelStateSucceeded, parallelStateFailed, mapStateSucceeded, mapStateFailed:
		return out
	}
	if out.Type == "LambdaFunctionStarted" {
		return out
	}
	out.Details = d
	if out.Key == "" {
		out.Key = detailsKey(out.Type)
	}
	return out
}

func detailsKey(typ string) string {
	return string(typ[0]|0x20) + typ[1:] + "EventDetails"
}

func renderState(out *HistoryEvent, d *Details, st *asl.State, ev *event, data bool) {
	d.Name = st.Name
	out.Key = detailsKey(out.Type)
	out.Type = string(st.Type) + out.Type
	if ev.kind == stateEntered {
		d.input(ev.in, data)
		return
	}
	d.output(ev.in, data)
	if ev.vars != nil && data {
		d.Assigned, d.AssignedTruncated = map[string]string{}, &Truncated{}
		ev.vars.get().(*jsonata.Object).Range(func(name string, v any) bool {
			d.Assigned[name] = string(newValue(v).json())
			return true
		})
	}
}

// renderTask shapes a task's event; a plain function has types of its own.
func (e *Engine) renderTask(out *HistoryEvent, d *Details, st *asl.State, ev *event, data bool) {
	plain := st.Resource.Service == asl.LambdaFunction
	if plain {
		out.Type = "LambdaFunction" + out.Type
	} else {
		out.Type = "Task" + out.Type
		d.Resource, d.ResourceType = st.Resource.Action(), st.Resource.Type()
	}
	switch ev.kind {
	case taskScheduled:
		d.TimeoutSeconds = ev.num
		if plain {
			d.Resource = st.Resource.ARN
			d.input(ev.in, data)
			return
		}
		d.HeartbeatSeconds, d.Region = ev.num2, e.opts.Region
		text := "{}"
		if data {
			text = string(ev.in.json())
		}
		d.Parameters = &text
	case taskSubmitted, taskSucceeded:
		d.output(ev.in, data)
	}
}

func (d *Details) input(v *value, data bool) {
	if v != nil && data {
		text := string(v.json())
		d.Input, d.InputDetails = &text, &Truncated{}
	}
}

func (d *Details) output(v *value, data bool) {
	if v != nil && data {
		text := string(v.json())
		d.Output, d.OutputDetails = &text, &Truncated{}
	}
}
