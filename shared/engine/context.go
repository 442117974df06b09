package engine

import (
	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

const timeFormat = "2006-01-02T15:04:05.000Z"

// context builds $states.context.
func (t *turn) context(th *thread, token string) *jsonata.Object {
	l := t.x.live
	if l.probe != nil && l.probe.context != nil {
		return l.probe.context
	}
	if l.context == nil {
		l.context, l.machine = t.x.describe(l)
	}
	o := jsonata.NewObject()
	o.Set("Execution", l.context)
	o.Set("StateMachine", l.machine)
	state := jsonata.NewObject()
	state.Set("Name", th.state.Name)
	state.Set("EnteredTime", millis(th.entered).Format(timeFormat))
	switch th.state.Type {
	case asl.Task, asl.Parallel, asl.Map: // those that can try again
		state.Set("RetryCount", float64(th.retried))
	}
	o.Set("State", state)
	if token != "" {
		task := jsonata.NewObject()
		task.Set("Token", token)
		o.Set("Task", task)
	}
	if index, item, ok := th.mapItem(); ok {
		o.Set("Map", mapContext(index, item))
	}
	return o
}

func mapContext(index int, item any) *jsonata.Object {
	inner := jsonata.NewObject()
	inner.Set("Index", float64(index))
	inner.Set("Value", item)
	o := jsonata.NewObject()
	o.Set("Item", inner)
	return o
}

// describe builds the parts of the context that stay as they are while the
// execution runs.
func (x *execution) describe(l *live) (execution, machine *jsonata.Object) {
	execution = jsonata.NewObject()
	execution.Set("Id", x.arn)
	execution.Set("Input", l.input.get())
	execution.Set("Name", x.birth.Name)
	execution.Set("RoleArn", x.birth.Role)
	execution.Set("StartTime", millis(x.birth.Started).Format(timeFormat))
	if x.redrive == nil {
		execution.Set("RedriveCount", float64(0))
	} else {
		execution.Set("RedriveCount", float64(x.redrive.count))
		execution.Set("RedriveTime", millis(x.redrive.at).Format(timeFormat))
	}
	machine = jsonata.NewObject()
	machine.Set("Id", x.birth.Machine)
	machine.Set("Name", lastPart(x.birth.Machine))
	return execution, machine
}
