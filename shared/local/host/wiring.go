package host

import (
	"context"
	"encoding/json"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/awsenv/statesenv"
	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/bus"
	"github.com/orderloom/orderloom/shared/local/eventsapi"
	"github.com/orderloom/orderloom/shared/local/pump"
	"github.com/orderloom/orderloom/shared/local/schedule"
	"github.com/orderloom/orderloom/shared/local/template"
	"github.com/orderloom/orderloom/shared/table"
)

// registerMachines deploys the repository's machines: a changed definition is a
// new version, which the alias then leads to. Running executions stay on theirs.
func (h *Host) registerMachines(ctx context.Context) error {
	for _, m := range h.template.Machines {
		if err := h.registerMachine(ctx, m); err != nil {
			return fault.Wrap(err, fault.Code(err), "machine %s (%s)", m.Name, m.File)
		}
	}
	return nil
}

func (h *Host) registerMachine(ctx context.Context, m template.Machine) error {
	text, err := fs.ReadFile(h.opts.Project, m.File)
	if err != nil {
		return fault.Wrap(err, fault.Misconfigured, "reading the definition")
	}
	definition, err := flow.Substitute(text, func(placeholder string) (string, bool) {
		name, ok := m.Substitutions[placeholder]
		return name, ok
	})
	if err != nil {
		return err
	}
	kind := engine.Standard
	if m.Express {
		kind = engine.Express
	}
	out, err := h.engine.CreateStateMachine(ctx, engine.CreateMachine{Name: m.Name, Definition: definition, Type: kind, RoleARN: role, Publish: true})
	if fault.Is(err, engine.ErrMachineAlreadyExists) {
		out, err = h.engine.UpdateStateMachine(ctx, engine.UpdateMachine{ARN: h.engine.MachineARN(m.Name), Definition: definition, Publish: true})
	}
	if err != nil {
		return err
	}
	routes := []engine.Route{{VersionARN: out.Version, Weight: 100}}
	_, err = h.engine.CreateStateMachineAlias(ctx, statesenv.Live, "", routes)
	if fault.Is(err, engine.ErrConflict) {
		_, err = h.engine.UpdateStateMachineAlias(ctx, h.engine.MachineARN(m.Name)+":"+statesenv.Live, nil, routes)
	}
	return err
}

// openBuses makes the bus of the stack and the account's default one with the
// rules of the templates.
func (h *Host) openBuses(context.Context) error {
	rules := map[string][]bus.Rule{}
	add := func(r template.Rule, deliver func(context.Context, []byte) error) {
		rules[r.Bus] = append(rules[r.Bus], bus.Rule{Name: r.LogicalID, Pattern: r.Pattern, Targets: []bus.Target{{ID: r.LogicalID, Deliver: deliver}}})
	}
	for _, f := range h.template.Functions {
		for _, r := range f.Rules {
			add(r, func(ctx context.Context, event []byte) error { return h.invoke(ctx, f.Name, event) })
		}
	}
	for _, m := range h.template.Machines {
		for _, r := range m.Rules {
			add(r, func(ctx context.Context, event []byte) error { return h.start(ctx, m, r, event) })
		}
	}
	options := bus.Options{Account: Account, Region: Region, Clock: h.opts.Clock, Log: h.opts.Log}
	var err error
	if h.defaults, err = bus.New(rules[""], options); err != nil {
		return err
	}
	options.Name = Stack
	h.bus, err = bus.New(rules[Stack], options)
	return err
}

func (h *Host) invoke(ctx context.Context, function string, payload []byte) error {
	if _, failure := (late{h}).Invoke(ctx, function, payload); failure != nil {
		return &invocationError{*failure}
	}
	return nil
}

// invocationError is a failed invocation as a Go error.
type invocationError struct{ fn.LambdaError }

func (e *invocationError) Error() string { return e.ErrorType + ": " + e.ErrorMessage }

// cause is how Step Functions words a failed invocation.
func cause(failure *fn.LambdaError) string {
	text, _ := json.Marshal(failure) // two strings always encode
	return string(text)
}

// start runs a machine that a rule starts.
func (h *Host) start(ctx context.Context, m template.Machine, r template.Rule, event []byte) error {
	input := event
	if r.InputPath != "" {
		input = []byte(gjson.GetBytes(event, r.InputPath[len("$."):]).Raw)
	}
	in := engine.StartExecution{StateMachineARN: h.engine.MachineARN(m.Name) + ":" + statesenv.Live, Input: input}
	if m.Express {
		return h.startExpress(ctx, in)
	}
	_, err := h.engine.StartExecution(ctx, in)
	return err
}

// expressPatience is how long a rule waits for an Express machine. Its
// executions are in memory only: until it ends the event counts as not
// delivered, so most of what a kill interrupts is delivered again at once. One
// that takes longer, because it repeats a call, is let go, as every one is on
// AWS: the sweep finds what it leaves undone.
const expressPatience = 500 * time.Millisecond

// startExpress runs an Express machine; how it ends is its own business.
func (h *Host) startExpress(ctx context.Context, in engine.StartExecution) error {
	done := make(chan error, 1)
	go func() { // ends with the execution or the engine
		_, err := h.engine.StartSyncExecution(context.WithoutCancel(ctx), in)
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(expressPatience):
		return nil
	}
}

// deliver is PutEvents: entries name their bus.
func (h *Host) deliver(ctx context.Context, name string, entries []fn.BusEntry) ([]bus.Outcome, error) {
	switch name {
	case Stack:
		return h.bus.Deliver(ctx, entries)
	case "", "default":
		return h.defaults.Deliver(ctx, entries)
	}
	return nil, fault.New(fault.NotFound, "no event bus %q", name)
}

// statusRetry is the pause before the end of an execution is announced again.
const statusRetry = time.Second

// statusTries bounds how often an end is announced in one life of the host.
const statusTries = 30

// statusChanged announces executions that did not succeed, as AWS does on the
// default bus, until somebody has taken it: if need be in the next life.
func (h *Host) statusChanged(e engine.StatusEvent) {
	if e.Status != engine.Failed && e.Status != engine.TimedOut && e.Status != engine.Aborted {
		return
	}
	if !h.announce(e) {
		h.opts.Log.Error("nobody took the end of an execution; the next start announces it again", "execution", e.ExecutionARN, "status", e.Status)
		h.engine.TellAgain()
	}
}

// announce reports whether somebody took it.
func (h *Host) announce(e engine.StatusEvent) bool {
	select {
	case <-h.ready:
	case <-h.life.Done():
		return false
	}
	detail, err := json.Marshal(e)
	if err != nil {
		h.opts.Log.Error("the end of an execution cannot be announced", "execution", e.ExecutionARN, "error", err)
		return true // nor ever
	}
	entry := []fn.BusEntry{{Source: "aws.states", DetailType: "Step Functions Execution Status Change", Detail: detail, At: h.opts.Clock.Now()}}
	for range statusTries {
		failed, err := h.defaults.Put(context.Background(), entry)
		if err == nil && len(failed) == 0 {
			return true
		}
		select {
		case <-time.After(statusRetry):
		case <-h.life.Done():
			return false
		}
	}
	return false
}

// startPump brings the table's changes to the functions that consume them.
func (h *Host) startPump() {
	var consumers []pump.Consumer
	for _, f := range h.template.Functions {
		if f.Stream != nil {
			consumers = append(consumers, pump.Consumer{Name: f.Name, Filter: h.filter(f), Invoke: func(ctx context.Context, event []byte) ([]byte, *fn.LambdaError) {
				return h.lambda.Invoke(ctx, f.Name, event)
			}})
		}
	}
	h.pump = pump.Start(pump.Options{Changes: h.table, Consumers: consumers, Shards: 16, OnFailure: h.keepFailure, Log: h.opts.Log})
}

// followed reports whether some function follows a change.
func (h *Host) followed() func(table.Change) bool {
	var filters []func(table.Change) bool
	for _, f := range h.template.Functions {
		if f.Stream == nil {
			continue
		}
		filter := h.filter(f)
		if filter == nil {
			return func(table.Change) bool { return true }
		}
		filters = append(filters, filter)
	}
	return func(c table.Change) bool {
		return slices.ContainsFunc(filters, func(wants func(table.Change) bool) bool { return wants(c) })
	}
}

// keepFailure keeps a change that its consumer could not take, as the on-failure
// destination does on AWS.
func (h *Host) keepFailure(ctx context.Context, f pump.Failure) error {
	text, err := json.MarshalIndent(map[string]any{"consumer": f.Consumer, "sequence": f.Change.Seq, "key": f.Change.Key, "error": f.Error, "attempts": f.Attempts}, "", "  ")
	if err != nil {
		return err
	}
	return h.blobs.Put(ctx, "failures/"+f.Consumer+"/"+strconv.FormatInt(f.Change.Seq, 10), text)
}

func (h *Host) startSchedule() {
	var jobs []schedule.Job
	for _, f := range h.template.Functions {
		for _, every := range f.Schedules {
			jobs = append(jobs, schedule.Job{Name: f.Name, Every: every, Run: func(ctx context.Context) error { return h.invoke(ctx, f.Name, []byte("{}")) }})
		}
	}
	h.schedule = schedule.Start(jobs, h.opts.Clock, h.opts.Log)
}

// putEvents is events:putEvents of a machine.
func (h *Host) putEvents(ctx context.Context, request []byte) ([]byte, *engine.TaskError) {
	out, err := eventsapi.Put(ctx, h.deliver, request)
	if err != nil {
		return nil, &engine.TaskError{Error: "EventBridge.ValidationException", Cause: err.Error()}
	}
	return out, nil
}
