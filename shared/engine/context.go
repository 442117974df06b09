package engine

import (
	"github.com/orderloom/orderloom/shared/jsonata"
)

const timeFormat = "2006-01-02T15:04:05.000Z"

// context builds $states.context.
func (t *turn) context(th *thread, token string) *jsonata.Object {
	l := t.x.live
	if l.context == nil {
		l.context, l.machine = t.x.describe(l)
	}
	o := jsonata.NewObject()
	o.Set("Execution", l.context)
	o.Set("StateMachine", l.machine)
	state := jsonata.NewObject()
	state.Set("Name", th.state.Name)
	state.Set("EnteredTime", millis(th.entered).Format(timeFormat))
	state.Set("RetryCount", float64(th.retried))
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

// describe builds the parts of the context that never change.
func (x *execution) describe(l *live) (execution, machine *jsonata.Object) {
	execution = jsonata.NewObject()
	execution.Set("Id", x.arn)
	execution.Set("Input", l.input.get())
	execution.Set("Name", x.birth.Name)
	execution.Set("RoleArn", x.birth.Role)
	execution.Set("StartTime", millis(x.birth.Started).Format(timeFormat))
	machine = jsonata.NewObject()
	machine.Set("Id", x.birth.Machine)
	machine.Set("Name", lastPart(x.birth.Machine))
	return execution, machine
}
