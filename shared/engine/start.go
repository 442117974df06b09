package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
)

// StartExecution is the input of StartExecution and StartSyncExecution.
type StartExecution struct {
	StateMachineARN string // of a machine, version or alias
	Name            string // "" means a new random one
	Input           []byte // JSON; nil means {}
}

// Started is the answer to StartExecution.
type Started struct {
	ExecutionARN string
	StartDate    time.Time
}

// StartExecution starts an execution and returns when that is durable. The same
// name and input while that execution runs is success and starts nothing;
// otherwise a name that was used is ErrExecutionAlreadyExists. Executions of
// Express machines are in memory only and their names may repeat.
func (e *Engine) StartExecution(ctx context.Context, in StartExecution) (Started, error) {
	return e.startFor(ctx, in, "", false)
}

// startFor starts an execution for a task, see call.id, or for nobody (""). The
// same task may ask again after a crash.
func (e *Engine) startFor(ctx context.Context, in StartExecution, task string, tied bool) (Started, error) {
	refuses, promise := e.refuses, e.promise
	if task != "" { // it outlasts a full disk: what failed it would stay in its history
		refuses, promise = e.stopped, outlast
	}
	if err := refuses(); err != nil {
		return Started{}, err
	}
	x, input, err := e.prepare(in)
	if err != nil {
		return Started{}, err
	}
	done := make(chan error, 1)
	tell := func(err error) { done <- err }
	if x.express {
		e.enroll(x)
		e.begin(x, input, nil)
		return Started{x.arn, millis(x.birth.Started)}, nil
	}
	x.birth.Parent, x.birth.Tied = task, tied
	for old := e.introduce(x); old != nil; old = e.introduce(x) {
		switch {
		case task != "" && old.birth.Parent == task:
			e.whenSettled(old, tell)
			return Started{old.arn, millis(old.birth.Started)}, promise(ctx, done)
		case !e.lapsed(old):
			return e.again(ctx, old, input)
		}
		e.forget([]*execution{old})
	}
	e.begin(x, input, tell)
	return Started{x.arn, millis(x.birth.Started)}, promise(ctx, done)
}

// introduce makes an execution known and locks it, unless its name is taken:
// then it returns the one that has it. Whoever finds x waits until begin has
// made its first turn.
func (e *Engine) introduce(x *execution) (old *execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if old := e.arns[x.arn]; old != nil {
		return old
	}
	x.mu.Lock()
	e.seqs++
	x.seq = e.seqs
	e.add(x)
	return nil
}

// prepare checks a request and makes the execution.
func (e *Engine) prepare(in StartExecution) (*execution, *value, error) {
	t, err := e.resolve(in.StateMachineARN)
	if err != nil {
		return nil, nil, err
	}
	if t.rec.Deleting {
		return nil, nil, beingDeleted(t.rec.ARN)
	}
	if in.Name == "" {
		in.Name = e.opts.NewID()
	} else if err := checkName(in.Name); err != nil {
		return nil, nil, err
	}
	if in.Input == nil {
		in.Input = []byte("{}")
	}
	if err := tooLarge(in.Input, "input"); err != nil {
		return nil, nil, err
	}
	input, err := parseValue(bytes.Clone(in.Input), ErrInvalidInput, "input")
	if err != nil {
		return nil, nil, err
	}
	def, err := e.registry.load(t.hash)
	if err != nil {
		return nil, nil, err
	}
	from := Origin{Machine: t.rec.ARN, Definition: def.hash, Role: t.role}
	if t.version != nil {
		from.Version = versionARN(t.rec.ARN, t.version.Number)
	}
	if t.alias != "" {
		from.Alias = t.rec.ARN + ":" + t.alias
	}
	x := &execution{birth: birth{Name: in.Name, Started: e.now(), Origin: e.origins.share(from)}, status: Running, express: t.rec.Type == Express, live: &live{def: def}}
	if x.express {
		x.arn = e.arnPrefix + "express:" + t.rec.Name + ":" + in.Name + ":" + e.opts.NewID()
	} else {
		x.named(e)
	}
	return x, input, nil
}

// enroll gives an Express execution its number and locks it.
func (e *Engine) enroll(x *execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	x.mu.Lock()
	e.seqs++
	x.seq = e.seqs
	e.all[x.seq] = x
}

// begin makes the first turn of an execution that the caller has locked; begin
// unlocks it.
func (e *Engine) begin(x *execution, input *value, done func(error)) {
	if err := e.stopped(); err != nil {
		x.live = nil
		x.mu.Unlock()
		e.forget([]*execution{x})
		if done != nil {
			done(err)
		}
		return
	}
	e.stats.started.Add(1)
	e.runs(x, 1)
	e.move(x, done, func(t *turn) {
		if !x.express {
			text, _ := json.Marshal(x.birth)
			t.emit(nil, event{kind: created, text: string(text)})
		}
		t.emit(nil, event{kind: executionStarted, in: input})
		root := x.live.root
		t.later(func() { t.advance(root, root.scope.Start, input) })
	})
}

// nameKept is how long the name of a closed execution cannot be used again.
const nameKept = 90 * 24 * time.Hour

// lapsed reports whether an execution's name is free again.
func (e *Engine) lapsed(x *execution) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.status != Running && e.now()-x.stopped > nameKept.Milliseconds()
}

// again answers a start whose name exists.
func (e *Engine) again(ctx context.Context, x *execution, input *value) (Started, error) {
	same := false
	err := e.await(ctx, x, func(t *turn) { same = bytes.Equal(t.x.live.input.json(), input.json()) })
	if err != nil {
		return Started{}, err
	}
	if !same {
		return Started{}, fault.New(ErrExecutionAlreadyExists, "Execution Already Exists: '%s'", x.arn)
	}
	return Started{x.arn, millis(x.birth.Started)}, nil
}
